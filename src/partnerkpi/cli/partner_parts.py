"""`partnerkpi partner program`, `site` and `contact`: what changes within a partnership."""

from typing import Annotated

import typer

from partnerkpi.cli.options import WorkspaceOption
from partnerkpi.cli.partner_change import OnOption, PlanOption, ReasonOption, carried_out
from partnerkpi.cli.partner_look import PartnerArgument

program_app = typer.Typer(help="Begin, change and stop programs of a partner.", no_args_is_help=True)
site_app = typer.Typer(help="Schools and places where a partner's programs run.", no_args_is_help=True)
ProgramArgument = Annotated[str, typer.Argument(metavar="PROGRAM", help="The program, by id.")]
NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="What it is called from then on.")]
ElementOption = Annotated[
    str,
    typer.Option("--element", metavar="KIND", help="internship, apprenticeship, job shadow, lab visit, ..."),
]
CapacityOption = Annotated[int | None, typer.Option("--capacity", metavar="N", help="Places for students.")]
AliasOption = Annotated[list[str] | None, typer.Option("--alias", metavar="NAME", help="Another spelling in exports.")]


@program_app.command()
def add(
    partner: PartnerArgument,
    program: ProgramArgument,
    reason: ReasonOption,
    name: NameOption = "",
    element: ElementOption = "",
    capacity: CapacityOption = None,
    alias: AliasOption = None,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Begin a program.

    Example: partnerkpi partner program add hospital labs --name "Lab Visits" --element "lab visit" --reason "New lab"
    """
    from partnerkpi.partner_life.programs import ProgramWords, add_program

    words = ProgramWords(name, element, capacity, tuple(alias or ()))
    carried_out(
        workspace, on, reason, plan, lambda found, when: add_program(found, partner, program, words, when, plan=plan)
    )


@program_app.command()
def change(
    partner: PartnerArgument,
    program: ProgramArgument,
    reason: ReasonOption,
    name: NameOption = "",
    element: ElementOption = "",
    capacity: CapacityOption = None,
    alias: AliasOption = None,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Change what a program is from a day on; boards of before keep what it was.

    Example: partnerkpi partner program change hospital academy --name "Nursing Academy" --reason "Nurses are short"
    """
    from partnerkpi.partner_life.programs import ProgramWords, change_program

    words = ProgramWords(name, element, capacity, tuple(alias or ()))
    carried_out(
        workspace, on, reason, plan, lambda found, when: change_program(found, partner, program, words, when, plan=plan)
    )


@program_app.command()
def stop(
    partner: PartnerArgument,
    program: ProgramArgument,
    reason: ReasonOption,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Stop a program.

    Example: partnerkpi partner program stop hospital labs --on 2026-06-11 --reason "The lab has moved away"
    """
    from partnerkpi.partner_life.programs import stop_program

    carried_out(workspace, on, reason, plan, lambda found, when: stop_program(found, partner, program, when, plan=plan))


@site_app.command("add")
def add_site(
    partner: PartnerArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The school or place.")],
    reason: ReasonOption,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Add a school or place.

    Example: partnerkpi partner site add hospital "East Middle School" --reason "Second school of the academy"
    """
    from partnerkpi.partner_life.programs import add_site

    carried_out(workspace, on, reason, plan, lambda found, when: add_site(found, partner, name, when, plan=plan))


def contact(
    partner: PartnerArgument,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="An office or a role, never a person.")],
    reason: ReasonOption,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Change whom readers may turn to.

    Example: partnerkpi partner contact hospital "Office of Workforce" --reason "The office has moved"
    """
    from partnerkpi.partner_life.programs import change_contact

    carried_out(
        workspace,
        on,
        reason,
        plan,
        lambda found, when: change_contact(found, partner, role, when, plan=plan),
        role=role,
    )
