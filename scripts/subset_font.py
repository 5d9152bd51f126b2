"""Knows which glyphs of the typeface a board needs, and makes the fonts in templates/fonts from the big ones.

There are two families. Board Sans is small and enough for nearly every page; Board Sans Full has every letter that the
typeface has (all of Latin, Greek, Cyrillic, combining marks) and stands in when a page has a letter beyond.

    npm pack source-sans && tar xzf source-sans-*.tgz
    uv run --group fonts python scripts/subset_font.py package

The folder is an unpacked release of Source Sans 3: statics in TTF/, the licence in LICENSE.md. Its licence reserves
the name "Source" for unmodified fonts, and a subset is a modified one: so the family is renamed. Figures are tabular
without any feature in this typeface; `pnum` is the feature that makes them proportional, and is kept as well.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FAMILY = "Board Sans"
FULL_FAMILY = "Board Sans Full"
WEIGHTS = {"Regular": 400, "Semibold": 600, "Bold": 700}
RANGES = (
    range(0x20, 0x7F),  # Latin
    range(0xA0, 0x180),  # Latin-1 and Latin Extended-A
    range(0x218, 0x21C),  # Romanian S and T with comma
)
SIGNS = "ẞ‑–—‘’‚“”„†‡•…‰′″‹›€™−×÷±≈≠≤≥½¼¾→←↑↓▲▼△●○■□◆◇№\u2009\u202f\u2212"
# No ligatures and no compositions: a PDF that embeds a whole font knows the letters of glyphs that have a code point,
# and would give others out as something else to whoever copies, searches or listens.
FEATURES = ("kern", "mark", "mkmk", "case", "pnum", "tnum", "lnum")
FIGURES = "0123456789"

CHECKOUT = Path(__file__).resolve().parent.parent


def wanted() -> set[int]:
    """The code points of the small family."""
    return {point for span in RANGES for point in span} | {ord(sign) for sign in SIGNS}


def subset(font: TTFont, points: Iterable[int]) -> TTFont:
    """The same font with these code points only, without hinting: a page is printed, not shown at 9 pixels."""
    options = Options(hinting=False, layout_features=list(FEATURES), name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
    options.drop_tables += ["DSIG", "STAT", "meta"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    return font


def rename(font: TTFont, family: str, style: str) -> None:
    """Give the subset a name of its own, and fixed dates, so that the same input gives the same bytes."""
    name = font["name"]
    postscript = f"{family.replace(' ', '')}-{style}"
    for identifier, text in {
        1: family,
        2: style,
        3: postscript,
        4: f"{family} {style}",
        6: postscript,
    }.items():
        name.setName(text, identifier, 3, 1, 0x409)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False


def check_tabular(font: TTFont) -> None:
    """Refuse a font whose figures would not stand under each other."""
    widths = {font["hmtx"][font.getBestCmap()[ord(figure)]][0] for figure in FIGURES}
    if len(widths) != 1:
        raise SystemExit(f"The figures have {len(widths)} widths; a board needs tabular figures.")


def make_fonts(source: Path, target: Path) -> Iterator[Path]:
    """Write one TrueType file for each family and weight; WOFF2 would cost 0.1 s at each rendering."""
    target.mkdir(parents=True, exist_ok=True)
    for family in (FAMILY, FULL_FAMILY):
        for style in WEIGHTS:
            font = TTFont(source / "TTF" / f"SourceSans3-{style}.ttf")
            subset(font, wanted() if family == FAMILY else font.getBestCmap())
            rename(font, family, style)
            check_tabular(font)
            path = target / f"{family.replace(' ', '')}-{style}.ttf"
            font.save(path)
            yield path


def main(arguments: list[str]) -> int:
    """Make the fonts and copy the licence beside the project's other licences."""
    if len(arguments) != 1:
        raise SystemExit("Usage: python scripts/subset_font.py FONT_FOLDER")
    source = Path(arguments[0])
    for path in make_fonts(source, CHECKOUT / "templates" / "fonts"):
        print(path.relative_to(CHECKOUT), path.stat().st_size)
    licence = CHECKOUT / "LICENSES" / "OFL-SourceSans3.txt"
    licence.write_text((source / "LICENSE.md").read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
