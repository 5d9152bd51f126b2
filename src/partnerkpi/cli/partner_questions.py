"""The questions both sides answer before they start, asked one by one on a terminal."""

import datetime as dt
import sys
from typing import TYPE_CHECKING

import typer

from partnerkpi.cli.console import say, tell
from partnerkpi.errors import PartnerKpiError

if TYPE_CHECKING:
    from partnerkpi.config.workspace import Workspace
    from partnerkpi.partnership.goal_rules import Dated
    from partnerkpi.partnership.goal_words import GoalWords


def ask_partner(workspace: "Workspace", partner_id: str, *, day: "Dated", plan: bool) -> None:
    """Walk through the questions; the answers are written before the goals, so that these can begin with the data."""
    from partnerkpi.cli.edits import tell_edited
    from partnerkpi.partnership.founding import found_with_baselines
    from partnerkpi.partnership.vision import QUESTIONS, VALUES_QUESTION, VISION_QUESTION, Founding, require_new

    require_new(workspace, partner_id)
    say("An empty line leaves a question open; everything can be changed in the file later.")
    name = _ask("The partner's name") or partner_id
    aliases = _list(_ask("Other names in exports, if any (with ; between)"))
    vision, values = _ask(VISION_QUESTION), _list(_ask(f"{VALUES_QUESTION} (with ; between)"))
    answers = {key: said for key, question in QUESTIONS.items() if (said := _ask(question))}
    agreed = _day()
    signed_by = _list(_ask("Who signs, by role (with ; between)"))
    founding = Founding(name, aliases, vision, values, answers, (), agreed, signed_by)
    planned: list[GoalWords] = []
    if not plan:
        tell_edited(found_with_baselines(workspace, partner_id, founding, day=day), plan=False)
    _ask_goals(workspace, partner_id, planned if plan else None, day)
    if plan:
        whole = Founding(name, aliases, vision, values, answers, tuple(planned), agreed, signed_by)
        tell_edited(found_with_baselines(workspace, partner_id, whole, day=day, plan=True), plan=True)


def _ask_goals(workspace: "Workspace", partner_id: str, planned: "list[GoalWords] | None", day: "Dated") -> None:
    """Three to five goals; each is written at once, in a plan collected in `planned` instead."""
    from partnerkpi.partnership.goals import MOST_GOALS, checked_goal, set_goal

    say(f"Now three to {MOST_GOALS} goals. `partnerkpi kpi list` shows the KPIs; an empty line ends.")
    made = 0
    while made < MOST_GOALS and (kpi := _ask(f"Goal {made + 1}: the id of a KPI")):
        try:
            words = _ask_goal(workspace, partner_id, kpi, day, data=planned is None)
            if planned is None:
                set_goal(workspace, partner_id, words, day=day, propose=False, from_the_start=True)
            else:
                checked_goal(workspace, words, day=day)
                planned.append(words)
        except PartnerKpiError as error:
            tell(error)
            continue
        made += 1


def _ask_goal(workspace: "Workspace", partner_id: str, kpi: str, day: "Dated", *, data: bool) -> "GoalWords":
    """One goal; the baseline proposed is what the data publishes of the KPI, where there is any."""
    from partnerkpi.measure.catalogue import load_catalogue
    from partnerkpi.partnership.baseline import baseline_now
    from partnerkpi.partnership.goal_words import GoalWords, number

    unit = load_catalogue(workspace.root).find(kpi).unit
    found = baseline_now(workspace, partner_id, kpi, today=day.today) if data else None
    say(f"{kpi}, in {unit}: {found.told if found else 'nothing is published of it yet'}")
    start = _ask("Baseline", default=f"{found.value:g}" if found else "")
    period = _ask("Quarter of the baseline", default=found.period if found else "") if start else ""
    target = number(_ask("Target"), of="the target")
    due = _ask("Due by the end of which quarter, as 2026-27 Q4")
    taken = found is not None and start == f"{found.value:g}"
    students = found.students if found is not None and taken else None
    return GoalWords(kpi, target, due, number(start, of="the baseline") if start else None, period, students)


def _day() -> dt.date | None:
    """A date, asked again until it is one."""
    while text := _ask("Agreed on which day, as 2026-08-12"):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            say(f"{text} is not a day; write it like 2026-08-12.")
    return None


def _ask(question: str, default: str = "") -> str:
    """One answer; the question goes to stderr, so that stdout has the path of the file and nothing else."""
    sys.stderr.write(f"{question}{f' [{default}]' if default else ''}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise typer.Abort
    return line.strip() or default


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())
