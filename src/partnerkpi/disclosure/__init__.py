"""Disclosure control: the only way from a result to a page."""

from partnerkpi.disclosure.rows import is_small, rows_told
from partnerkpi.disclosure.rules import (
    Policy,
    amount_text,
    change_of,
    disclose,
    disclose_similar,
    points_text,
    unavailable,
)
from partnerkpi.disclosure.together import (
    gives_away,
    hidden_beside,
    told_after,
    told_in_steps,
    told_with_parts,
    whole_gives_away,
)
from partnerkpi.disclosure.words import decision

__all__ = [
    "Policy",
    "amount_text",
    "change_of",
    "decision",
    "disclose",
    "disclose_similar",
    "gives_away",
    "hidden_beside",
    "is_small",
    "points_text",
    "rows_told",
    "told_after",
    "told_in_steps",
    "told_with_parts",
    "unavailable",
    "whole_gives_away",
]
