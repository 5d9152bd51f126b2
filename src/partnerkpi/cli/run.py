"""`partnerkpi run` and `partnerkpi status`: the quarter that makes itself, and where it stands."""

import contextlib
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnerkpi.cli.console import put, put_json, put_table, say, tell
from partnerkpi.cli.options import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from partnerkpi.config.workspace import Workspace
    from partnerkpi.schedule import RunReport, Status
    from partnerkpi.schedule.run import Outcome

NowOption = Annotated[
    dt.datetime | None,
    typer.Option("--now", metavar="DATE", formats=["%Y-%m-%d"], help="As if it were that day; without it, today."),
]
_SOURCE_COLUMNS = {"table": "source", "through": "data through", "late": "late"}
_BOARD_COLUMNS = {
    "period": "quarter",
    "partner": "partner",
    "state": "boards",
    "detail": "since, or why",
    "sent": "sent",
    "owed": "not sent yet",
    "in_doubt": "in doubt",
}


def run_now(
    now: NowOption = None,
    again: Annotated[
        bool, typer.Option("--again", help="Make and send once more what has changed since it was sent.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would happen, and do nothing.")] = False,
    log: Annotated[
        bool, typer.Option("--log", help="Say it into data/run.log; only a failure is told on stderr too.")
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Take the inbox in, check it, make every board that is due, and deliver it: what cron calls.

    A line for each partner and quarter there was anything to do about. Safe to repeat: what was done stays done.

    Example: partnerkpi run --plan
    """
    from partnerkpi.config.workspace import find_workspace

    found = find_workspace(Path.cwd(), workspace)
    moment = now or dt.datetime.now()
    file = found.database.with_name("run.log")
    with _logged(file, moment) if log else contextlib.nullcontext():
        report = _run(found, moment, plan=plan, again=again)
        if as_json:
            put_json(_report_json(report))
        else:
            _put_report(report, plan=plan)
        if report.exit_code:
            raise typer.Exit(report.exit_code)


def status(now: NowOption = None, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Say what is fresh, late, due, made and sent, and what comes next.

    Example: partnerkpi status --json
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.schedule import status as look

    found = look(find_workspace(Path.cwd(), workspace), now=now or dt.datetime.now())
    if as_json:
        put_json(_status_json(found))
    else:
        _put_status(found)


def _logged(file: Path, moment: dt.datetime) -> contextlib.AbstractContextManager[None]:
    from partnerkpi.cli.logged import logged

    return logged(file, began=moment.isoformat(" ", "seconds"))


def _run(found: "Workspace", moment: dt.datetime, *, plan: bool, again: bool) -> "RunReport":
    from partnerkpi.cli.loads import say_load
    from partnerkpi.models.load import LoadStatus
    from partnerkpi.schedule import Hearing, RunOptions, run

    hearing = Hearing(
        # A file that is in is no news, however often it is looked at.
        load=lambda load: None if load.status is LoadStatus.UNCHANGED else say_load(load),
        finding=lambda finding: say(str(finding)),
        failed=tell,
        note=say,
    )
    return run(found, now=moment, options=RunOptions(plan, again), hearing=hearing)


def _put_report(report: "RunReport", *, plan: bool) -> None:
    width = max((len(outcome.partner) for outcome in report.outcomes), default=0)
    for outcome in report.outcomes:
        put(f"{outcome.period}  {outcome.partner:<{width}}  {outcome.text}")
    if plan:
        say("Nothing has been done. What the inbox would bring: partnerkpi ingest --plan")
    elif report.idle:
        say(f"Nothing to do: what is due of quarters that ended since {report.since} has been made and delivered.")


def _report_json(report: "RunReport") -> dict[str, Any]:
    return {
        "schema": "partnerkpi.run/1",
        "run": report.run,
        "since": report.since,
        "exit_code": report.exit_code,
        "loads": [{"load": load.load, "file": load.file, "status": load.status.value} for load in report.loads],
        "boards": [_outcome_json(outcome) for outcome in report.outcomes],
    }


def _outcome_json(outcome: "Outcome") -> dict[str, Any]:
    steps = [
        {"audience": step.audience, "recipient": step.recipient, "state": step.state.value, "reason": step.reason}
        for step in outcome.deliveries
    ]
    return {**vars(outcome), "paths": list(outcome.paths), "deliveries": steps}


def _put_status(found: "Status") -> None:
    put_table([vars(source) for source in found.sources], _SOURCE_COLUMNS)
    put("")
    if found.boards:
        put_table([vars(board) for board in found.boards], _BOARD_COLUMNS)
    else:
        put("No board is due yet.")
    put("")
    for what, when in found.next.items():
        put(f"next {what}: {when}")
    if found.last_run:
        run = found.last_run
        ended = "cut short" if run.exit_code is None else f"exit code {run.exit_code}"
        put(f"last run: {run.started_at:%Y-%m-%d %H:%M}, {ended}")
    else:
        put("last run: none yet (partnerkpi run)")


def _status_json(found: "Status") -> dict[str, Any]:
    return {
        "schema": "partnerkpi.status/1",
        "quarter": found.quarter,
        "sources": [vars(source) for source in found.sources],
        "boards": [vars(board) for board in found.boards],
        "next": found.next,
        "last_run": vars(found.last_run) if found.last_run else None,
    }
