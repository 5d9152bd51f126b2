"""`partnerkpi loads`, `quarantine` and `check`: what was taken in, what was refused, what looks wrong."""

import datetime as dt
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from partnerkpi.cli.console import put, put_json, put_table, say
from partnerkpi.cli.options import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from partnerkpi.config.workspace import Workspace
    from partnerkpi.warehouse import Warehouse


def _reading(workspace: "Workspace") -> "AbstractContextManager[Warehouse]":
    from partnerkpi.warehouse import open_for_reading

    return open_for_reading(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds)


def loads(as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List what has been taken in, with every row accounted for.

    Example: partnerkpi loads --json
    """
    from partnerkpi.cli.loads import LOAD_COLUMNS
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.warehouse import ledger

    with _reading(find_workspace(Path.cwd(), workspace)) as warehouse:
        rows = ledger.loads(warehouse)
    if as_json:
        put_json({"schema": "partnerkpi.loads/1", "loads": rows})
    else:
        put_table(rows, LOAD_COLUMNS)


def quarantine(
    load: Annotated[int | None, typer.Option("--load", metavar="N", help="Only the rows of this load.")] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option("--xlsx", metavar="FILE", help="Write them as a workbook to edit and to take in again."),
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """List the rows that were refused: file, line, column and rule, never the cell.

    With --xlsx the rows themselves go into a workbook, read again from their files: keep it as safe as these.

    Example: partnerkpi quarantine --xlsx refused.xlsx
    """
    from partnerkpi.cli.loads import QUARANTINE_COLUMNS
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.warehouse import ledger

    if xlsx is not None:
        from partnerkpi.ingest.refused_rows import write_refused_rows

        number = write_refused_rows(find_workspace(Path.cwd(), workspace), xlsx, load=load)
        say(f"{number:,} refused rows. Put them right and take them in: partnerkpi ingest {xlsx}")
        put(str(xlsx))
        return
    with _reading(find_workspace(Path.cwd(), workspace)) as warehouse:
        rows = ledger.quarantine(warehouse, load)
    if as_json:
        put_json({"schema": "partnerkpi.quarantine/1", "rows": rows})
    elif rows:
        put_table(rows, QUARANTINE_COLUMNS)
    else:
        say("No row has been refused.")


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else str(day)


def check(as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Run the data checks over what has been taken in, and look the partner files through.

    Said as well: what a partner file names that is not there, and where the data-sharing agreements stand.

    Example: partnerkpi check --json
    """
    from dataclasses import asdict

    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.measure.check_files import read_checks
    from partnerkpi.measure.checks import run_checks
    from partnerkpi.partnership.mistakes import mistakes
    from partnerkpi.records.partners import read_partners
    from partnerkpi.refresh import ensure_fresh
    from partnerkpi.report.agreement import agreement_lines, standing_on

    found, today = find_workspace(Path.cwd(), workspace), dt.date.today()
    partners = read_partners(found.partners)
    wrong = mistakes(found, partners)
    for mistake in wrong:
        say(f"mistake: {mistake}")
    ensure_fresh(found)
    with _reading(found) as warehouse:
        findings = run_checks(warehouse, read_checks(found), today=today)
    agreements = [standing_on(partner, today) for partner in partners]
    if as_json:
        listed = [{**asdict(each), "start": _iso(each.start), "end": _iso(each.end)} for each in agreements]
        put_json(
            {
                "schema": "partnerkpi.checks/1",
                "findings": [asdict(finding) for finding in findings],
                "agreements": listed,
                "partner_files": [asdict(mistake) for mistake in wrong],
            }
        )
    for line in agreement_lines(agreements):
        say(line)
    for finding in findings:
        say(str(finding))
    say(f"{len(findings)} check{'' if len(findings) == 1 else 's'} found something.")
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(4)
    if wrong:
        raise typer.Exit(7)
