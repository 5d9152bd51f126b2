"""`partnerkpi checkin ...`: the quarterly meeting of both sides."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from partnerkpi.cli.console import put, put_json, say
from partnerkpi.cli.edits import PartnerArgument, PlanOption, day_of, tell_edited
from partnerkpi.cli.options import JsonOption, WorkspaceOption

checkin_app = typer.Typer(help="Prepare, record and plan the quarterly check-ins of a partner.", no_args_is_help=True)
_DAY = ["%Y-%m-%d"]


@checkin_app.command()
def record(
    partner: PartnerArgument,
    on: Annotated[dt.datetime, typer.Option("--on", metavar="DATE", formats=_DAY, help="When it was held.")],
    attended: Annotated[
        list[str] | None, typer.Option("--attended", metavar="ROLE", help="Who was there, by role; may be repeated.")
    ] = None,
    decision: Annotated[
        list[str] | None, typer.Option("--decision", metavar="TEXT", help="What was decided; may be repeated.")
    ] = None,
    action: Annotated[
        list[str] | None,
        typer.Option("--action", metavar="WORDS", help='"what; owner role; due DATE; aims at KPI"; may be repeated.'),
    ] = None,
    goal: Annotated[
        list[str] | None,
        typer.Option("--goal", metavar="WORDS", help='A goal revised: "KPI: target by QUARTER; reason".'),
    ] = None,
    next_on: Annotated[
        dt.datetime | None, typer.Option("--next", metavar="DATE", formats=_DAY, help="When the next one is.")
    ] = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a check-in down: who met by role, decisions, actions, goals revised, the next date.

    Example: partnerkpi checkin record hospital --on 2026-11-20 --attended "Academy lead"
    --decision "One more lab group" --action "call home; Academy lead; due 2026-12-01; aims at attendance_rate"
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.models.partner import Checkin
    from partnerkpi.partnership.action_words import action_words
    from partnerkpi.partnership.checkins import record_checkin
    from partnerkpi.partnership.goal_words import revision_words

    actions = tuple(action_words(text) for text in action or ())
    revisions = [revision_words(text) for text in goal or ()]
    checkin = Checkin(on.date(), tuple(attended or ()), tuple(decision or ()), actions, day_of(next_on))
    found, today = find_workspace(Path.cwd(), workspace), dt.date.today()
    tell_edited(record_checkin(found, partner, checkin, revisions=revisions, today=today, plan=plan), plan=plan)


@checkin_app.command()
def done(
    partner: PartnerArgument,
    number: Annotated[int, typer.Argument(metavar="ACTION", help="Its number, as `partnerkpi checkin list` has it.")],
    on: Annotated[
        dt.datetime | None,
        typer.Option("--on", metavar="DATE", formats=_DAY, help="When it was done; without it, today."),
    ] = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Mark an action as done.

    Example: partnerkpi checkin done hospital 3 --on 2026-11-28
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partnership.checkins import finish_action

    found, today = find_workspace(Path.cwd(), workspace), dt.date.today()
    tell_edited(finish_action(found, partner, number, on=day_of(on) or today, today=today, plan=plan), plan=plan)


@checkin_app.command("list")
def list_checkins(partner: PartnerArgument, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List the check-ins quarter by quarter, skipped ones too, with every action and its number.

    Example: partnerkpi checkin list hospital --json
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partnership.checkins import checkin_document, checkin_lines

    document = checkin_document(find_workspace(Path.cwd(), workspace), partner, today=dt.date.today())
    if as_json:
        put_json(document)
        return
    for line in checkin_lines(document):
        put(line)


@checkin_app.command()
def calendar(
    partner: PartnerArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.ics", help="Write a file; without it, to stdout.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print it, and write nothing.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a calendar file of the school year's check-ins: those planned, and proposals where none is.

    Example: partnerkpi checkin calendar hospital --out hospital.ics
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.files import write_private
    from partnerkpi.partnership.meetings import calendar_file

    text = calendar_file(find_workspace(Path.cwd(), workspace), partner, today=dt.date.today())
    if out is None or plan:
        put(text.removesuffix("\n"))
        return
    write_private(out, text.encode())
    put(str(out))


@checkin_app.command()
def prepare(
    partner: PartnerArgument,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="QUARTER", help="As 2026-27-Q1; without it, the latest that has ended."),
    ] = None,
    output_format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="md or pdf.")] = "md",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where; without it, in `boards`.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print it as Markdown, and write nothing.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the agenda of the next check-in from the data: what needs attention comes first.

    Example: partnerkpi checkin prepare hospital --period 2026-27-Q1 --format pdf
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partnership.agenda import make_agenda
    from partnerkpi.partnership.agenda_file import agenda_text, write_agenda

    found = find_workspace(Path.cwd(), workspace)
    agenda = make_agenda(found, partner, today=dt.date.today(), period=period)
    if plan:
        say(f"would be written: {write_agenda(found, agenda, output_format, out, plan=True)}")
        put(agenda_text(agenda).rstrip("\n"))
        return
    put(str(write_agenda(found, agenda, output_format, out)))
