"""Turns the first page of a PDF into a PNG: scripts/picture.py BOARD.pdf BOARD.png [SCALE]."""

import sys
from pathlib import Path

import pypdfium2


def picture(pdf: Path, png: Path, scale: float) -> None:
    """Draw the page at `scale` times 72 dots per inch."""
    document = pypdfium2.PdfDocument(pdf)
    document[0].render(scale=scale).to_pil().save(png, optimize=True)


if __name__ == "__main__":
    picture(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 2.0)
