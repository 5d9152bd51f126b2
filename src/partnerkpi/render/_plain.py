"""Knows how a text becomes plain: what is printed, and nothing that steers a terminal, a spreadsheet or a file."""

NBSP = "\u00a0"


def plain(text: str) -> str:
    """The text on one line, its spaces single and ordinary, without control and other invisible characters."""
    return " ".join(kept_together(text).replace(NBSP, " ").split())


def kept_together(text: str) -> str:
    """As `plain`, but where a line may not end the space stays what it is."""
    visible = "".join(" " if _parts(character) else character for character in text if not _invisible(character))
    return " ".join(word for word in visible.split(" ") if word)


def _parts(character: str) -> bool:
    return character.isspace() and character != NBSP


def _invisible(character: str) -> bool:
    return not (character.isprintable() or character.isspace())
