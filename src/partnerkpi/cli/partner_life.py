"""`partnerkpi partner rename ... end`: what happens to a partner, dated and with a reason, into the partner files."""

from typing import Annotated

import typer

from partnerkpi.cli.options import WorkspaceOption
from partnerkpi.cli.partner_change import OnOption, PlanOption, ReasonOption, carried_out
from partnerkpi.cli.partner_look import PartnerArgument, history, list_partners, show
from partnerkpi.cli.partner_parts import contact, program_app, site_app

NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="The new name.")]


def rename(
    partner: PartnerArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name.")],
    reason: ReasonOption,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Give a partner another name; boards say "formerly" for four quarters, and exports may use the old one.

    Example: partnerkpi partner rename hospital "Riverbend Health" --on 2025-07-01 --reason "New brand"
    """
    from partnerkpi.partner_life.names import rename

    carried_out(workspace, on, reason, plan, lambda found, when: rename(found, partner, name, when, plan=plan))


def acquire(
    partner: PartnerArgument,
    by: Annotated[str, typer.Option("--by", metavar="COMPANY", help="Who has acquired it.")],
    reason: ReasonOption,
    name: NameOption = "",
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write down that a partner was acquired, with or without a new name.

    Example: partnerkpi partner acquire works --by "Tallgrass Group" --name "Tallgrass Works" --reason "Sold"
    """
    from partnerkpi.partner_life.names import acquire

    carried_out(
        workspace, on, reason, plan, lambda found, when: acquire(found, partner, by, when, name=name, plan=plan)
    )


def merge(
    partner: PartnerArgument,
    into: Annotated[str, typer.Option("--into", metavar="OTHER", help="The partner that goes on.")],
    reason: ReasonOption,
    called: Annotated[
        list[str] | None,
        typer.Option("--as", metavar="OLD=NEW", help="A program's id there: a new one, or of one it becomes part of."),
    ] = None,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Merge a partner into another: from that day its rows count there, and its programs run there.

    Example: partnerkpi partner merge clinic --into hospital --on 2026-01-01 --reason "One owner since January"
    """
    from partnerkpi.partner_life.handing_over import merge

    ids = _pairs(called or [])
    carried_out(
        workspace, on, reason, plan, lambda found, when: merge(found, partner, into, when, called=ids, plan=plan)
    )


def split(
    partner: PartnerArgument,
    to: Annotated[str, typer.Option("--to", metavar="NEW_ID", help="The id of the new partner.")],
    name: NameOption,
    programs: Annotated[str, typer.Option("--programs", metavar="A,B", help="The programs that go with it.")],
    reason: ReasonOption,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Split a new partner off: from that day these programs are its own; everything else stays.

    Example: partnerkpi partner split hospital --to rehab --name "Rehab Center" --programs therapy --reason "Own firm"
    """
    from partnerkpi.partner_life.handing_over import split

    which = [each.strip() for each in programs.split(",") if each.strip()]
    carried_out(
        workspace, on, reason, plan, lambda found, when: split(found, partner, to, name, which, when, plan=plan)
    )


def pause(
    partner: PartnerArgument,
    reason: ReasonOption,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Pause a partnership: quarters wholly in the pause have no board.

    Example: partnerkpi partner pause hospital --on 2026-01-05 --reason "The ward is being rebuilt"
    """
    from partnerkpi.partner_life.names import pause

    carried_out(workspace, on, reason, plan, lambda found, when: pause(found, partner, when, plan=plan))


def resume(
    partner: PartnerArgument,
    reason: ReasonOption,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """End a pause.

    Example: partnerkpi partner resume hospital --on 2026-08-24 --reason "The ward is open again"
    """
    from partnerkpi.partner_life.names import resume

    carried_out(workspace, on, reason, plan, lambda found, when: resume(found, partner, when, plan=plan))


def end(
    partner: PartnerArgument,
    reason: ReasonOption,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """End a partnership; the boards of its past stay.

    Example: partnerkpi partner end works --on 2026-06-11 --reason "The plant has closed"
    """
    from partnerkpi.partner_life.names import end

    carried_out(workspace, on, reason, plan, lambda found, when: end(found, partner, when, plan=plan))


def _pairs(written: list[str]) -> dict[str, str]:
    from partnerkpi.errors import UsageError

    pairs = [text.partition("=") for text in written]
    for text, (old, equals, new) in zip(written, pairs, strict=True):
        if not (old and equals and new):
            raise UsageError(
                f'"{text}" does not say which program is called what.',
                where="--as",
                now="Write the id here and the id there: --as academy=health-academy",
            )
    return {old.strip(): new.strip() for old, _, new in pairs}


def add_life(app: typer.Typer) -> None:
    """Add these commands to `partnerkpi partner`."""
    app.command("list")(list_partners)
    for command in (show, history, rename, acquire, merge, split, pause, resume, end, contact):
        app.command()(command)
    app.add_typer(program_app, name="program")
    app.add_typer(site_app, name="site")
