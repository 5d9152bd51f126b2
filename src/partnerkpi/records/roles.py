"""People are told by their roles: what is surely a person is refused, what looks like a name is told."""

import re
from collections.abc import Iterable

from partnerkpi.errors import PrivacyRefused

_ADDRESS = re.compile(r"\S+@\S+")
_TITLES = re.compile(r"(mr|mrs|ms|mx|miss|dr|prof|rev|sr|sra)\.? ", re.IGNORECASE)
_INITIAL = re.compile(r"\b[A-Z]\. ?[A-Z][a-z]")
# Words of offices and roles; two or three capitalised words without any of them could be a name.
_WORDS_OF_ROLES = """
    academic academy administrator admissions advisor affairs analyst assistant board career chair chief
    coach college committee community coordinator council counselor counsellor curriculum dean department deputy
    development director district education engagement engineer executive family finance foreman general
    guidance head health high hospital human intern internship lab lead leader leadership liaison local manager
    member mentor nurse office officer operations owner parent partner partnership partnerships people pathway
    plant president principal program programme programs public relations representative resources school
    schools science secretary senior services shop site specialist staff student students superintendent
    supervisor support teacher teachers team technician training treasurer vice volunteer workforce youth
"""
_ROLE_WORDS = frozenset(_WORDS_OF_ROLES.split())


def require_no_address(texts: Iterable[str], *, where: str) -> None:
    """Raise PrivacyRefused when one of the texts holds an e-mail address; it is not repeated."""
    for number, text in enumerate(texts, start=1):
        if _ADDRESS.search(text):
            raise PrivacyRefused(
                "An e-mail address names a person; partner files and pages name roles.",
                where=f"{where}, number {number}",
                now='Write the role instead, such as "Academy lead".',
            )


def names_among(texts: Iterable[str], *, where: str) -> list[str]:
    """A note for each text that looks like a person's name. Raises PrivacyRefused for an e-mail address."""
    listed = list(texts)
    require_no_address(listed, where=where)
    return [
        f'{where}: "{text}" looks like a person\'s name; write the role instead, such as "Academy lead"'
        for text in listed
        if looks_like_a_name(text)
    ]


def looks_like_a_name(text: str) -> bool:
    """Whether a text that should be a role could be a person: a title, an initial, or two capitalised words."""
    if _TITLES.match(text) or _INITIAL.search(text):
        return True
    words = text.replace(",", " ").split()
    named = len(words) in (2, 3) and all(re.fullmatch(r"[A-Z][a-z'’-]+([A-Z][a-z]+)?", word) for word in words)
    return named and not _ROLE_WORDS & {word.lower() for word in words}
