"""What both sides answer before they start, and the partner file that comes of it."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tomlkit
from tomlkit.items import Table

from partnerkpi.config.editing import alone
from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.partnership.edited import Edited
from partnerkpi.partnership.goal_rules import Dated
from partnerkpi.partnership.goal_words import GoalWords
from partnerkpi.partnership.goals import checked_goal, too_many
from partnerkpi.records.edit import write_partner
from partnerkpi.records.partner_file import ID_PATTERN
from partnerkpi.records.partners import goes_by, read_partners
from partnerkpi.records.roles import names_among, require_no_address

VISION_QUESTION = "What do we want students to get out of this?"
VALUES_QUESTION = "Which values do we share?"
QUESTIONS: Mapping[str, str] = {
    "culture": "Are we culturally aligned, and where not?",
    "success": "What is success?",
    "path": "How do we get there?",
    "willing": "Are both sides willing to invest?",
    "benefit": "Is it equally beneficial?",
    "decides": "Who decides?",
}
FEWEST_GOALS = 3


@dataclass(frozen=True)
class Founding:
    """What both sides have said so far; what is empty is still to be said."""

    name: str
    aliases: tuple[str, ...] = ()
    vision: str = ""
    values: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    goals: tuple[GoalWords, ...] = ()
    agreed: dt.date | None = None
    signed_by: tuple[str, ...] = ()


def answer_words(texts: list[str]) -> dict[str, str]:
    """ "key=text" by key; raises UsageError for a key that stands for no question."""
    found = {}
    for text in texts:
        key, _, answer = (part.strip() for part in text.partition("="))
        if key not in QUESTIONS or not answer:
            raise UsageError(
                f"{key} stands for no question{nearest(key, list(QUESTIONS))}."
                if key not in QUESTIONS
                else f"There is no answer to {key}.",
                where=f"the questions: {', '.join(f'{name} ({asked})' for name, asked in QUESTIONS.items())}",
                now='Write it like --answer "decides=The steering group, by consensus".',
            )
        found[key] = answer
    return found


def require_new(workspace: Workspace, partner_id: str) -> Path:
    """The file a new partner would get; raises UsageError for an id that cannot be one, or that is there."""
    if not re.fullmatch(ID_PATTERN, partner_id):
        raise UsageError(
            f'"{partner_id}" cannot be the id of a partner.',
            where="the id becomes the name of a file",
            now="Use small letters, digits, - and _, at most 40, as in river-hospital.",
        )
    path = workspace.partners / f"{partner_id}.toml"
    if path.exists():
        raise UsageError(
            f"There is a partner called {partner_id} already.",
            where=str(path),
            now="Choose another id, or change that file: partnerkpi goal set, partnerkpi checkin record.",
        )
    return path


@alone
def found_partner(
    workspace: Workspace, partner_id: str, founding: Founding, *, day: Dated, plan: bool = False
) -> Edited:
    """Write the file of a new partner, and say what is still to be said.

    Raises UsageError for an id or name that is taken or a goal that cannot be, PrivacyRefused for an e-mail address.
    """
    path = require_new(workspace, partner_id)
    _require_free(workspace, (partner_id, founding.name, *founding.aliases))
    require_no_address((founding.name, *founding.aliases), where="--name, --alias")
    require_no_address((founding.vision, *founding.values, *founding.answers.values()), where="what both sides said")
    notes = names_among(founding.signed_by, where="--signed-by")
    goals = []
    for words in founding.goals:
        values, of_goal = checked_goal(workspace, words, day=day)
        goals.append({key: value for key, value in values.items() if value not in (None, "")})
        notes += of_goal
    content: dict[str, object] = {"name": founding.name}
    if founding.aliases:
        content["aliases"] = list(founding.aliases)
    content["vision"] = _vision(founding)
    if goals:
        content["goals"] = goals
    text = write_partner(path, content, plan=plan)
    return Edited(path, text, (*notes, *too_many(len(goals)), *_still_to_say(partner_id, founding)))


def _require_free(workspace: Workspace, names: tuple[str, ...]) -> None:
    for partner in read_partners(workspace.partners):
        taken = [name for name in names if goes_by(partner, name)]
        if taken:
            raise UsageError(
                f'{partner.id} goes by the name "{taken[0]}" already.',
                where=str(workspace.partners / f"{partner.id}.toml"),
                now="Two partners cannot share a name: choose another, or go on with that partner.",
            )


def _vision(founding: Founding) -> Table:
    """[vision], each answer under its question."""
    table = tomlkit.table()
    if founding.vision:
        table.add(tomlkit.comment(VISION_QUESTION))
        table.add("text", founding.vision)
    if founding.values:
        table.add("values", list(founding.values))
    if founding.agreed:
        table.add("agreed", founding.agreed)
    if founding.signed_by:
        table.add("signed_by", list(founding.signed_by))
    if founding.answers:
        answers = tomlkit.table()
        for key, question in QUESTIONS.items():
            if key in founding.answers:
                answers.add(tomlkit.comment(question))
                answers.add(key, founding.answers[key])
        table.add("answers", answers)
    return table


def _still_to_say(partner_id: str, founding: Founding) -> list[str]:
    said = {"text": founding.vision, "values": founding.values, **founding.answers}
    asked = {"text": VISION_QUESTION, "values": VALUES_QUESTION, **QUESTIONS}
    keys = [f"{'answers.' if key in QUESTIONS else ''}{key} ({asked[key]})" for key in asked if not said.get(key)]
    keys += [] if founding.agreed else ["agreed (a date)"]
    keys += [] if founding.signed_by else ["signed_by (roles)"]
    notes = [f"still to say under [vision] in partners/{partner_id}.toml: {', '.join(keys)}"] if keys else []
    if len(founding.goals) < FEWEST_GOALS:
        number = len(founding.goals)
        notes.append(f"{number} of at least {FEWEST_GOALS} goals: partnerkpi goal set {partner_id} KPI --target ...")
    return notes
