"""`partnerkpi partner new`: a partner file, out of what both sides answer before they start."""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from partnerkpi.cli.edits import PlanOption, day_of, tell_edited
from partnerkpi.cli.options import WorkspaceOption


def new(
    partner_id: Annotated[str, typer.Argument(metavar="ID", help="Of the new partner: the name of its file.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="As a page prints it.")] = "",
    alias: Annotated[
        list[str] | None, typer.Option("--alias", metavar="NAME", help="As exports write it; may be repeated.")
    ] = None,
    vision: Annotated[str, typer.Option("--vision", metavar="TEXT", help="What students should get out of it.")] = "",
    value: Annotated[
        list[str] | None, typer.Option("--value", metavar="TEXT", help="A value both share; may be repeated.")
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            metavar="KEY=TEXT",
            help="To culture, success, path, willing, benefit or decides; may be repeated.",
        ),
    ] = None,
    goal: Annotated[
        list[str] | None,
        typer.Option(
            "--goal", metavar="WORDS", help='"KPI: baseline (QUARTER) -> target by QUARTER"; may be repeated.'
        ),
    ] = None,
    agreed: Annotated[
        dt.datetime | None,
        typer.Option("--agreed", metavar="DATE", formats=["%Y-%m-%d"], help="When both sides agreed."),
    ] = None,
    signed_by: Annotated[
        list[str] | None, typer.Option("--signed-by", metavar="ROLE", help="Who signed, by role; may be repeated.")
    ] = None,
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Describe a new partner: vision, values, answers and three to five goals.

    On a terminal, with no option but the id, it asks the questions both sides should answer before they start.
    Otherwise everything is an option, and it says what is still to be said.

    Example: partnerkpi partner new hospital --name "Riverbend Health" --vision "Every student finds a way into a
    health career." --goal "chronic_absence: 18 (2025-26 Q4) -> 12 by 2026-27 Q4" --signed-by Superintendent
    """
    from partnerkpi.cli.partner_questions import ask_partner
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.errors import UsageError
    from partnerkpi.partnership.founding import found_with_baselines
    from partnerkpi.partnership.goal_rules import Dated
    from partnerkpi.partnership.goal_words import goal_words
    from partnerkpi.partnership.vision import Founding, answer_words

    found, day = find_workspace(Path.cwd(), workspace), Dated(dt.date.today(), dt.date.today())
    given = (name, alias, vision, value, answer, goal, agreed, signed_by)
    if not any(given) and sys.stdin.isatty():
        ask_partner(found, partner_id, day=day, plan=plan)
        return
    if not name.strip():
        raise UsageError(
            "The partner has no name.",
            where="--name",
            now='Name it: --name "Riverbend Health"; on a terminal, the id alone makes the command ask.',
        )
    founding = Founding(
        name=name.strip(),
        aliases=tuple(alias or ()),
        vision=vision,
        values=tuple(value or ()),
        answers=answer_words(answer or []),
        goals=tuple(goal_words(words) for words in goal or ()),
        agreed=day_of(agreed),
        signed_by=tuple(signed_by or ()),
    )
    tell_edited(found_with_baselines(found, partner_id, founding, day=day, plan=plan), plan=plan)
