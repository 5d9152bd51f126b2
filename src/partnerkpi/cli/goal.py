"""`partnerkpi goal ...`: what both sides want to reach, with every revision kept."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from partnerkpi.cli.console import put_json, put_table, say
from partnerkpi.cli.edits import OnOption, PartnerArgument, PlanOption, day_of, tell_edited
from partnerkpi.cli.options import JsonOption, WorkspaceOption

goal_app = typer.Typer(help="Set, revise and retire the goals of a partner.", no_args_is_help=True)
KpiArgument = Annotated[str, typer.Argument(metavar="KPI", help="As `partnerkpi kpi list` names it.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; a board prints it.")]
_COLUMNS = {
    "kpi": "KPI",
    "baseline": "baseline",
    "baseline_period": "of",
    "target": "target",
    "due": "due",
    "since": "since",
    "times": "times revised",
    "state": "state",
    "retired": "retired",
}


@goal_app.command("set")
def set_goal(
    partner: PartnerArgument,
    kpi: KpiArgument,
    target: Annotated[float, typer.Option("--target", metavar="NUMBER", help="In the KPI's unit; percent: 0 to 100.")],
    due: Annotated[str, typer.Option("--due", metavar="QUARTER", help="By the end of which quarter, as 2026-27-Q4.")],
    baseline: Annotated[
        str,
        typer.Option("--baseline", metavar="NUMBER|none", help="Where it starts; without it, what is published now."),
    ] = "",
    baseline_period: Annotated[
        str, typer.Option("--baseline-period", metavar="QUARTER", help="The quarter of the baseline.")
    ] = "",
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Set a goal: what a KPI should reach, and by when.

    Example: partnerkpi goal set hospital chronic_absence --target 12 --due 2026-27-Q4
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partnership import goals
    from partnerkpi.partnership.goal_rules import Dated
    from partnerkpi.partnership.goal_words import GoalWords, number

    start = None if baseline in ("", "none") else number(baseline, of=f"--baseline {baseline}")
    words = GoalWords(kpi, _plain(target), due, start, baseline_period)
    found, day = find_workspace(Path.cwd(), workspace), Dated(day_of(on) or dt.date.today(), dt.date.today())
    tell_edited(goals.set_goal(found, partner, words, day=day, propose=baseline != "none", plan=plan), plan=plan)


@goal_app.command()
def revise(
    partner: PartnerArgument,
    kpi: KpiArgument,
    target: Annotated[float, typer.Option("--target", metavar="NUMBER", help="What it should reach instead.")],
    reason: ReasonOption,
    due: Annotated[str, typer.Option("--due", metavar="QUARTER", help="Without it, as before.")] = "",
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Agree on another target; what held before stays on record.

    Example: partnerkpi goal revise hospital chronic_absence --target 10 --reason "The first goal was reached early."
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partnership import goals
    from partnerkpi.partnership.goal_rules import Dated
    from partnerkpi.partnership.goal_words import RevisionWords

    words = RevisionWords(kpi, _plain(target), due, reason)
    found, day = find_workspace(Path.cwd(), workspace), Dated(day_of(on) or dt.date.today(), dt.date.today())
    tell_edited(goals.revise_goal(found, partner, words, day=day, plan=plan), plan=plan)


@goal_app.command()
def retire(
    partner: PartnerArgument,
    kpi: KpiArgument,
    reason: ReasonOption,
    on: OnOption = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Give a goal up from a day on; boards of the time before go on telling it.

    Example: partnerkpi goal retire hospital students_served --reason "The academy is full." --on 2026-11-02
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partnership import goals
    from partnerkpi.partnership.goal_rules import Dated

    found, day = find_workspace(Path.cwd(), workspace), Dated(day_of(on) or dt.date.today(), dt.date.today())
    tell_edited(goals.retire_goal(found, partner, kpi, day=day, reason=reason, plan=plan), plan=plan)


@goal_app.command("list")
def list_goals(partner: PartnerArgument, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List a partner's goals, those given up included.

    Example: partnerkpi goal list hospital --json
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partnership.goals import goal_rows

    rows = goal_rows(find_workspace(Path.cwd(), workspace), partner, today=dt.date.today())
    if as_json:
        put_json({"schema": "partnerkpi.goals/1", "goals": rows})
    elif rows:
        put_table([_told(row) for row in rows], _COLUMNS)
    else:
        say(f"No goal is set. Set one: partnerkpi goal set {partner} KPI --target NUMBER --due QUARTER")


def _told(row: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: "" if row[name] is None else f"{row[name]:g}" for name in ("baseline", "target")}
    return {**row, **numbers, "times": len(row["revisions"])}


def _plain(value: float) -> float:
    """12 and not 12.0, as a person writes it."""
    return int(value) if value.is_integer() else value
