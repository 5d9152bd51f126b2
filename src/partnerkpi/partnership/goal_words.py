"""Goals as people type them: "chronic_absence: 18 (2025-26 Q4) -> 12 by 2026-27 Q4"."""

import math
import re
from dataclasses import dataclass

from partnerkpi.errors import UsageError

_GOAL = re.compile(
    r"(?P<kpi>\w+)\s*:?\s*(?:(?P<baseline>[-+\d.,]+)\s*%?\s*(?:\((?P<period>[^()]+)\))?)?"
    r"\s*(?:->|→)\s*(?P<target>[-+\d.,]+)\s*%?\s+by\s+(?P<due>\S.*)"
)
_REVISION = re.compile(
    r"(?P<kpi>\w+)\s*:\s*(?P<target>[-+\d.,]+)\s*%?(?:\s+by\s+(?P<due>[^;]+))?\s*;\s*(?P<reason>\S.*)"
)


@dataclass(frozen=True)
class GoalWords:
    """A goal somebody proposes, in the unit of the KPI; without a baseline the data may have one."""

    kpi: str
    target: float
    due: str
    baseline: float | None = None
    baseline_period: str = ""
    baseline_students: int | None = None


@dataclass(frozen=True)
class RevisionWords:
    """What should hold instead; an empty `due` keeps the one before."""

    kpi: str
    target: float
    due: str
    reason: str


def goal_words(text: str) -> GoalWords:
    """Raises UsageError when the text is no goal."""
    match = _GOAL.fullmatch(text.strip())
    if match is None:
        raise _unclear(text, '"chronic_absence: 18 (2025-26 Q4) -> 12 by 2026-27 Q4"; the baseline may be left out')
    baseline = None if match["baseline"] is None else number(match["baseline"], of=text)
    return GoalWords(
        match["kpi"], number(match["target"], of=text), match["due"].strip(), baseline, (match["period"] or "").strip()
    )


def revision_words(text: str) -> RevisionWords:
    """Raises UsageError when the text is no revision."""
    match = _REVISION.fullmatch(text.strip())
    if match is None:
        raise _unclear(text, '"chronic_absence: 10 by 2027-28 Q4; the first goal was reached early"')
    due = (match["due"] or "").strip()
    return RevisionWords(match["kpi"], number(match["target"], of=text), due, match["reason"].strip())


def number(text: str, *, of: str) -> float:
    """A number with a point, and commas between thousands; raises UsageError otherwise."""
    try:
        found = float(re.sub(r",(?=\d{3}\b)", "", text))
    except ValueError:
        raise _unclear(of, "numbers like 12, 12.5 or 1,200") from None
    if not math.isfinite(found):
        raise _unclear(of, "numbers like 12, 12.5 or 1,200")
    return int(found) if found.is_integer() else found


def _unclear(text: str, example: str) -> UsageError:
    return UsageError("This is not understood.", where=f'"{text}"', now=f"Write it like {example}.")
