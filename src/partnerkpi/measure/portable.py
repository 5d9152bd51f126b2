"""The SQL that gives the same answers on every engine: what query files may not use, found line by line."""

import re
from collections.abc import Iterator
from functools import lru_cache

_QUOTED_OR_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
FORBIDDEN = (
    (r"\bgroup\s+by\s+all\b", "GROUP BY ALL: name the columns"),
    (r"\border\s+by\s+all\b", "ORDER BY ALL: name the columns"),
    (r"\bexclude\s*\(|\*\s*replace\s*\(", "EXCLUDE or REPLACE: name the columns"),
    (r"\bqualify\b", "QUALIFY: use a subquery"),
    (r"\b(un)?pivot\b", "PIVOT: use CASE"),
    (r"\basof\b", "ASOF: join on the dates"),
    (r"\blateral\b", "LATERAL: use a CTE"),
    (r"\blog\s*\(", "log(): its base differs between engines"),
    (r"\b(approx_|percentile|quantile|median|mode\b)", "quantiles: they differ between engines"),
    (r"\b(decimal|numeric)\s*\(", "DECIMAL: count in minor units"),
    (r"(\bas|::)\s*(tiny|small|big|huge)?int(eger)?\b", "a cast to an integer: round()"),
    (r"\b(iso)?dow\b|\bdayofweek\b|\bextract\s*\(", "weekdays: use the calendar table"),
    (r"\bdate_?diff\s*\((?!\s*'day')", "date_diff other than in days"),
    (
        r"\binterval\b|\b(current|local)_?(date|time|timestamp)\b|\bget_current_\w+|\b(transaction|statement)_timestamp\b"
        r"|\b(now|today|age|random|setseed|uuidv?\d*|gen_random_uuid)\s*\(",
        "dates and chance that are no data: use `periods`",
    ),
    (r"\bread_\w+\s*\(|\bglob\s*\(", "reading files: KPIs read quarter marts"),
    (r"/(?!\s*nullif\b)", "a division without nullif()"),
    (r"//", "integer division: differs between engines"),
    (r"(\bselect|,)\s*(distinct\s+)?(\w+\.)?\*", "SELECT *: name the columns"),
    (r"(\(|\A)\s*from\b", "FROM first: begin with SELECT"),
)


@lru_cache(maxsize=1024)
def violations(sql: str) -> tuple[tuple[int, str], ...]:
    """Line and reason of everything in the SQL that is not portable."""
    return tuple(_violations(sql))


def _violations(sql: str) -> Iterator[tuple[int, str]]:
    bare = _QUOTED_OR_COMMENT.sub(_blanked, sql)
    for pattern, reason in FORBIDDEN:
        for match in re.finditer(pattern, bare, re.IGNORECASE):
            yield bare.count("\n", 0, match.start()) + 1, reason


def _blanked(match: re.Match[str]) -> str:
    """Of a comment a space and its line breaks; for a text an empty one, but for the unit that `date_diff` may use."""
    if match[0] == "'day'":
        return match[0]
    return "''" if match[0].startswith("'") else " " + "\n" * match[0].count("\n")
