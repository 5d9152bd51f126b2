"""Disclosure control: the only way from a result to a page."""

from partnerkpi.disclosure.rules import (
    Policy,
    amount_text,
    change_of,
    disclose,
    disclose_similar,
    points_text,
    unavailable,
)

__all__ = ["Policy", "amount_text", "change_of", "disclose", "disclose_similar", "points_text", "unavailable"]
