"""Rows whose structure is wrong: in quarantine under their line, and nobody else's cells move."""

import pytest
from outcome import Outcome, outcomes, register

from partnerkpi.models.load import LoadStatus, RowCounts


def _fifty(school: str, **instead: str) -> str:
    lines = register(school, 50).splitlines()
    for number, line in instead.items():
        lines[int(number.removeprefix("line_")) - 1] = line
    return "\n".join(lines) + "\n"


FILES: dict[str, str | bytes] = {
    "nul.csv": _fifty("Nul", line_17="0016,N\0ul,2025-09-01,present"),
    "unterminated.csv": _fifty("Open", line_17='0016,"Open,2025-09-01,present'),
    "unterminated_at_once.csv": _fifty("At once", line_2='"0001,At once,2025-09-01,present'),
    "closed_by_the_next.csv": _fifty(
        "Closed", line_17='0016,"Closed,2025-09-01,present', line_20='0019,"Closed",2025-09-01,present'
    ),
    "stray_quote.csv": _fifty("Stray", line_17='0016,"Stray" High,2025-09-01,present'),
    "quote_inside.csv": _fifty("Inside", line_17='0016,In"si"de,2025-09-01,present'),
    "one_short_row.csv": _fifty("Short", line_17="0016,2025-09-01,present"),
    "long_rows.csv": _fifty("Long", line_17="0016,Long,2025-09-01,present,x", line_33="0032,Long,2025-09-01,present,,"),
    "one_cell_too_many.csv": _fifty("Many", line_17="0016,Many,2025-09-01,present,"),
    "long_at_the_end.csv": _fifty("End", line_51="0050,End,2025-09-01,present,").rstrip("\n"),
    "shifted.csv": _fifty("Shifted", line_17="0016,Shifted, Jr.,2025-09-01,present"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All files of this row of quirks."""
    return outcomes(tmp_path_factory.mktemp("rows"), FILES)


def _refused_alone(outcome: Outcome, school: str, *lines: tuple[int, str, str]) -> None:
    refused = len(lines)
    assert outcome.quarantine == lines
    assert outcome.counts == RowCounts(rows_in_file=50, loaded=50 - refused, quarantined=refused)
    assert {(fact["school"], str(fact["date"]), fact["status"]) for fact in outcome.facts} == {
        (school, "2025-09-01", "present")
    }


def test_a_nul_byte(found: dict[str, Outcome]) -> None:
    _refused_alone(found["nul.csv"], "Nul", (17, "", "a NUL byte"))


@pytest.mark.parametrize(("name", "line"), [("unterminated.csv", 17), ("unterminated_at_once.csv", 2)])
def test_an_unterminated_quote_that_swallows_the_rest(found: dict[str, Outcome], name: str, line: int) -> None:
    load = found[name].load
    assert load.status is LoadStatus.REFUSED
    assert "this is not a complete export: a quoted cell never ends" in load.reason
    assert load.where.endswith(f"{name}, line {line}")


def test_an_unterminated_quote_that_a_later_one_ends(found: dict[str, Outcome]) -> None:
    """Every line it swallowed is named."""
    wrong = "quotes that do not match"
    _refused_alone(found["closed_by_the_next.csv"], "Closed", *((line, "", wrong) for line in range(17, 21)))


def test_a_stray_quote(found: dict[str, Outcome]) -> None:
    _refused_alone(found["stray_quote.csv"], "Stray", (17, "", "quotes that do not match"))


def test_a_quote_inside_a_cell_is_a_letter(found: dict[str, Outcome]) -> None:
    assert found["quote_inside.csv"].counts == RowCounts(rows_in_file=50, loaded=50)
    assert 'In"si"de' in found["quote_inside.csv"].values("school")


def test_one_short_row_in_fifty_shifts_no_column(found: dict[str, Outcome]) -> None:
    _refused_alone(found["one_short_row.csv"], "Short", (17, "", "cells: 3 where the header has 4"))


def test_long_rows(found: dict[str, Outcome]) -> None:
    _refused_alone(
        found["long_rows.csv"],
        "Long",
        (17, "", "cells: 5 where the header has 4"),
        (33, "", "cells: 6 where the header has 4"),
    )


def test_one_empty_cell_too_many(found: dict[str, Outcome]) -> None:
    """In a file that is plain otherwise: the database, left to itself, overlooks it."""
    _refused_alone(found["one_cell_too_many.csv"], "Many", (17, "", "cells: 5 where the header has 4"))


def test_a_last_row_that_is_too_long_is_not_cut_off(found: dict[str, Outcome]) -> None:
    """Though nothing ends its line."""
    _refused_alone(found["long_at_the_end.csv"], "End", (51, "", "cells: 5 where the header has 4"))


def test_a_delimiter_that_nobody_quoted(found: dict[str, Outcome]) -> None:
    _refused_alone(found["shifted.csv"], "Shifted", (17, "", "cells: 5 where the header has 4"))
