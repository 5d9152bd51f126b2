"""A draft as the TOML of a dialect file, with a comment to everything that was found and a "?" where it was not."""

from collections.abc import Sequence

from partnerkpi.dialects.files import toml_string
from partnerkpi.dialects.schema import QUESTION
from partnerkpi.ingest.draft.match import ColumnMatch, TableMatch
from partnerkpi.ingest.draft.reading import Reading
from partnerkpi.ingest.draft.survey import Survey
from partnerkpi.models.dialect import DAY_OF_LOAD, YEAR_OF_LOAD
from partnerkpi.models.source_table import Kind

_DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_OPEN = f'"{QUESTION}"'
_YEAR = f'school_year = {{ value = "{YEAR_OF_LOAD}" }}    # no heading gives it'
_DAY = f'date = {{ value = "{DAY_OF_LOAD}" }}    # no heading gives it; --as-of names another day'
_SUMMARY = [
    'status = { value = "present" }    # a summary counts days and says nothing of one day',
    '# To settle: "summary" when it counts the days of a term, "summary_to_date" those since the year began.',
    f"shape = {{ value = {_OPEN} }}",
]
_ANYTHING = 'or value = "..." when it is the same for every row'


def draft_text(name: str, survey: Survey, match: TableMatch, *, shape: str, also: Sequence[str]) -> str:
    """The dialect file.

    `shape` is that of attendance where the rows prove it, empty where they do not; `also` names tables it could be too.
    """
    simple = [line for column in match.columns if not _has_words(column) for line in _simple(column, match.summary)]
    if match.summary:
        simple += _SUMMARY
    elif match.table.name == "attendance":
        simple += _shape(shape)
    worded = [line for column in match.columns if _has_words(column) for line in _worded(column, survey)]
    lines = [*_head(name, survey, match, also), *simple, *worded, "", *_unread(survey, match)]
    return "\n".join(lines).rstrip() + "\n"


def _has_words(match: ColumnMatch) -> bool:
    return bool(match.reading.words or match.reading.hidden)


def _head(name: str, survey: Survey, match: TableMatch, also: Sequence[str]) -> list[str]:
    rows = f"{'all' if survey.whole else 'the first'} {len(survey.rows):,} rows below line {survey.header.line}"
    delimiter = _DELIMITERS.get(survey.header.delimiter)
    needed = [column for column in match.columns if column.column.required]
    found = sum(bool(column.heading) for column in needed)
    return [
        f"# A draft, made from {_plain(survey.export.path.name)}: its headings, and {rows}"
        f"{f', parted by {delimiter}' if delimiter else ''}.",
        f"# Settle every line that has {_OPEN}: write the answer in its place. Until then such files are refused.",
        "# certain: a heading that dialects know, over cells that all fit. likely: alike by name, and most cells fit.",
        f"name = {toml_string(name)}",
        "",
        "[[table]]",
        *([f"# It could also be {' or '.join(also)}: partnerkpi dialect new --table NAME."] if also else []),
        f'table = "{match.table.name}"    # {found} of the {len(needed)} columns it must have were found',
        "# Rows are matched one by one. An export that speaks for whole slices names them (docs/exports.md): what a",
        "# later export no longer has is then taken out.",
        "slice = []",
        *_only(match),
        *_exit_date(match),
        "",
        "[table.columns]",
    ]


def _exit_date(match: TableMatch) -> list[str]:
    """Systems differ by a day, and no value tells which it is."""
    if not any(column.column.name == "exit_date" and column.heading for column in match.columns):
        return []
    return [
        '# To settle: is the exit date the "first day not enrolled" or the "last day enrolled"?',
        f"exit_date_is = {_OPEN}",
    ]


def _only(match: TableMatch) -> list[str]:
    """Headings by which other dialects tell rows apart: whether this export mixes them only a person can say."""
    lines = []
    for heading, words in match.kinds:
        told = " or ".join(word or "blank" for word in words)
        lines.append(f"# To settle: other dialects take only rows whose {_plain(heading)} is {told}. Name the words.")
        lines.append("#   If all rows are of one kind, take the line out: only = [{ header = ..., words = [...] }]")
    if match.kinds:
        each = [f"{{ header = {toml_string(heading)}, words = [{_OPEN}] }}" for heading, _ in match.kinds]
        lines.append(f"only = [{', '.join(each)}]")
    return lines


def _simple(match: ColumnMatch, summary: bool) -> list[str]:
    """A column on one line, below what has to be settled. Of a `summary` the day may be that of the load."""
    reading, told = match.reading, f"    # {match.confidence}: {match.why}"
    if not match.heading and match.column.kind is Kind.SCHOOL_YEAR:
        return [_YEAR]
    if not match.heading:
        return [_DAY] if summary and match.column.kind is Kind.DATE and not match.guesses else _missing(match)
    line = _line(match.column.name, match.heading, reading)
    if reading.question:
        or_out = "" if match.column.required else "; or take the line out"
        return [f"# To settle: {_plain(reading.question)}{or_out}.", line + told]
    if reading.share < 1:
        told += f"; {1 - reading.share:.1%} of its cells would be refused"
    return [line + told]


def _line(name: str, heading: str, reading: Reading) -> str:
    parts = [f"header = {toml_string(heading)}", *(["required = true"] if name.startswith("days_") else [])]
    if reading.question:
        parts.append(f"{reading.key} = {_OPEN}")
    elif reading.setting:
        parts.append(f"{reading.key} = {toml_string(reading.setting)}")
    return f"{name} = {{ {', '.join(parts)} }}"


def _missing(match: ColumnMatch) -> list[str]:
    """A column that must be there and that nothing was found for; a guess is given as the line it would be."""
    name, person = match.column.name, match.column.kind in (Kind.STUDENT, Kind.STAFF)
    guesses = [f"#   a guess, by the values: {_line(name, heading, reading)}" for heading, reading in match.guesses]
    return [
        f"# To settle: no heading is surely this one. Name it{'' if person else ', ' + _ANYTHING}.",
        *guesses,
        f"{name} = {{ header = {_OPEN} }}",
    ]


def _shape(shape: str) -> list[str]:
    if shape:
        return [f'shape = {{ value = "{shape}" }}    # most rows are of students who are present']
    return [
        '# To settle: "daily" when every student has a row for every day, "absences" when no row means present',
        '# (then also, above: slice = ["school"] and span = "date"), "periods" when there is a row for each class.',
        f"shape = {{ value = {_OPEN} }}",
    ]


def _worded(match: ColumnMatch, survey: Survey) -> list[str]:
    """A column whose words have to be mapped, one line for each."""
    column, reading = match.column, match.reading
    choices = column.choices or ("yes", "no")
    blank = next(found.blank for found in survey.columns if found.heading == match.heading)
    lines = ["", f"[table.columns.{column.name}]    # {match.confidence}: {match.why}"]
    lines.append(f"header = {toml_string(match.heading)}")
    if blank and column.required:
        lines += [
            f"# To settle: it is blank in {_rows(blank)}; without this line they are refused.",
            f"blank = {_OPEN}",
        ]
    lines += ["", f"[table.columns.{column.name}.words]"]
    lines.append(f"# To settle: what each means ({', '.join(choices)}); a row with a word that is left out is refused.")
    for word in reading.words:
        elsewhere = f"; {word.elsewhere}" if word.elsewhere and not word.meaning else ""
        lines.append(
            f"{toml_string(word.cell)} = {toml_string(word.meaning or QUESTION)}    # in {_rows(word.rows)}{elsewhere}"
        )
    if reading.hidden:
        line = survey.first_line(match.heading, reading.hidden)
        lines.append(
            f"# {len(reading.hidden)} more could be names and are not repeated here; the first is in line {line}."
        )
        lines.append(f"# Add a line for each, or take this one out. {_OPEN} = {_OPEN} stands for them.")
        lines.append(f"{_OPEN} = {_OPEN}")
    return lines


def _unread(survey: Survey, match: TableMatch) -> list[str]:
    taken = {column.heading for column in match.columns}
    usable = {found.heading for found in survey.usable()}
    lines = []
    for told, headings in (
        ("Not read", [c.heading for c in survey.columns if c.heading in usable - taken]),
        (
            "Not read, being about a person, twice or nameless",
            [c.heading for c in survey.columns if c.heading not in usable],
        ),
    ):
        if headings:
            lines.append(f"# {told}: {', '.join(_plain(heading) or '(blank)' for heading in headings)}")
    return lines


def _rows(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"


def _plain(text: str) -> str:
    """A text that can stand in a comment: on one line, without control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
