"""A blank line before every heading that an edit has brought, as people write them; nothing else is touched."""

import difflib
import tomllib


def spaced(before: str, after: str) -> str:
    """The text after an edit, with a blank line before each new heading and before what follows it."""
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    changed = {j for tag, _, _, first, end in matcher.get_opcodes() if tag != "equal" for j in range(first, end + 1)}
    lines: list[str] = []
    for number, line in enumerate(new):
        if number in changed and line.startswith("[") and lines and lines[-1] and not lines[-1].startswith("#"):
            lines.append("")
        lines.append(line)
    text = "\n".join(lines) + "\n"
    # A line of a text over several lines may look like a heading: then the text stays as it is.
    try:
        return text if tomllib.loads(text) == tomllib.loads(after) else after
    except tomllib.TOMLDecodeError:
        return after
