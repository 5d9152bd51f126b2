"""Knows colours: how well one can be read on white, and how much darker it must be for that."""

import re

DEFAULT_COLOR = "#1f4e79"
READABLE = 4.5


def luminance(color: str) -> float:
    """The relative luminance of "#rrggbb", 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_on_white(color: str) -> float:
    """The contrast ratio of a colour against white, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    return 1.05 / (luminance(color) + 0.05)


def readable_color(color: str) -> str:
    """The partner's colour, darkened until text in it reads on white; another colour where it is not "#rrggbb"."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color, flags=re.ASCII):
        return DEFAULT_COLOR
    shade = color.lower()
    while contrast_on_white(shade) < READABLE:
        shade = "#" + "".join(f"{int(int(shade[at : at + 2], 16) * 0.96):02x}" for at in (1, 3, 5))
    return shade
