"""Turns the first page of a board into a PNG that knows its version: scripts/picture.py BOARD.pdf BOARD.png [SCALE]."""

import json
import sys
from pathlib import Path

import pypdfium2
from PIL.PngImagePlugin import PngInfo


def picture(pdf: Path, png: Path, scale: float) -> None:
    """Draw the page at `scale` times 72 dots per inch."""
    document = pypdfium2.PdfDocument(pdf)
    about = PngInfo()
    about.add_text("Version", _version(document))
    document[0].render(scale=scale).to_pil().save(png, optimize=True, pnginfo=about)


def _version(document: pypdfium2.PdfDocument) -> str:
    """The version code that the board's manifest tells, "" of a page without one."""
    for number in range(document.count_attachments()):
        attachment = document.get_attachment(number)
        if attachment.get_name() == "manifest.json":
            return str(json.loads(bytes(attachment.get_data()))["version"])
    return ""


if __name__ == "__main__":
    picture(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 2.0)
