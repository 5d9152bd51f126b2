"""What headings say: their words, how alike two of them are, and whether one speaks of a person."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

# Ways of writing the words of the field; each is read as the word it stands for.
_WORDS = {
    "abs": "absent",
    "absence": "absent",
    "absences": "absent",
    "amt": "amount",
    "att": "attendance",
    "attd": "attendance",
    "building": "school",
    "campus": "school",
    "cd": "code",
    "college": "institution",
    "crs": "course",
    "cred": "credits",
    "credit": "credits",
    "day": "date",
    "datum": "date",
    "dt": "date",
    "fecha": "date",
    "gr": "grade",
    "grd": "grade",
    "hr": "hours",
    "hrs": "hours",
    "hour": "hours",
    "id": "number",
    "identifier": "number",
    "ids": "number",
    "inst": "institution",
    "lvl": "level",
    "nbr": "number",
    "no": "number",
    "nr": "number",
    "num": "number",
    "organisation": "partner",
    "organization": "partner",
    "pct": "percent",
    "prog": "program",
    "pupil": "student",
    "qty": "quantity",
    "sch": "school",
    "schl": "school",
    "site": "school",
    "skl": "school",
    "std": "student",
    "stdnt": "student",
    "stu": "student",
    "students": "student",
    "univ": "institution",
    "university": "institution",
    "yr": "year",
}
_PERSONAL = re.compile(
    r"address|birth(date|place)?|city|comments?|dob|e?mail|emergency|ethnicity|family|(first|last|full|f|l|sur|nick|user)"
    r"name|gender|given|language|legal|login|middle|mobile|notes?|password|phone|postal|race|relationship|remarks"
    r"|sex|sms|ssn|street|telephone|zip"
)
# Their numbers are what the tool makes pseudonyms of; anything else about them is personal.
_PEOPLE = re.compile(
    r"advisor|contact|counselor|father|guardian|instructor|mother|parent|participant|person|teacher|user"
)
# Whose name it is decides: of a student it is personal, of a course or a school not.
_THINGS = re.compile(r"school|course|institution|partner|program|activity|term|subject|section|district|org")
_ALIKE = 0.85


@lru_cache(maxsize=10_000)
def words_of(heading: str) -> tuple[str, ...]:
    """The words of a heading in their usual spelling: of "[Students]Stu_Nbr" student, number."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", heading.replace("#", " number "))
    parts = parts.replace("%", " percent ").casefold()
    found = [_WORDS.get(word, word) for word in re.findall(r"[^\W_]+", parts)]
    return tuple(dict.fromkeys(found))


def likeness(one: str, other: str) -> float:
    """How alike two headings are, from 0 to 1: Dice's coefficient of their words.

    Words that share nearly all letters (Ratcliff and Obershelp's ratio) count as shared by that ratio.
    """
    first, second = words_of(one), words_of(other)
    if "".join(first) == "".join(second):
        return 1 if first else 0
    shared = sum(max((_word_likeness(word, each) for each in second), default=0) for word in first)
    return min(1, 2 * shared / (len(first) + len(second)))


@lru_cache(maxsize=100_000)
def _word_likeness(one: str, other: str) -> float:
    if one == other:
        return 1
    if f"un{one}" == other or f"un{other}" == one:
        return 0
    if 2 * len(set(one) ^ set(other)) > len(set(one) | set(other)):
        return 0
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return ratio if ratio >= _ALIKE else 0


def likeness_to_any(heading: str, names: Iterable[str]) -> float:
    """How alike a heading is to the name it is most alike."""
    return max((likeness(heading, name) for name in names), default=0)


def is_personal(heading: str) -> bool:
    """Whether a heading speaks of who somebody is rather than of what they did: its cells go nowhere."""
    words = words_of(heading)
    if _any(_PERSONAL, words) or ("name" in words and not _any(_THINGS, words)):
        return True
    if {"first", "last"} & {*words} and "date" not in words:
        return True
    return _any(_PEOPLE, words) and "number" not in words


def _any(known: re.Pattern[str], words: Iterable[str]) -> bool:
    return any(known.fullmatch(word) for word in words)
