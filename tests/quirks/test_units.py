"""Amounts: the declared unit says what a cell is; outside its range, or in another unit, it goes to quarantine."""

import pytest
from given import csv_text
from outcome import Outcome, outcomes

from partnerkpi.models.load import RowCounts


def _dialect(unit: str) -> str:
    columns = {
        "attendance": "student_number school date status",
        "engagement": "student_number partner program activity date",
        "college_credits": "student_number institution term course hours_attempted",
    }
    amount = {"attendance": "fraction", "engagement": "hours", "college_credits": "hours_earned"}
    tables = [
        f'[[table]]\ntable = "{table}"\n\n[table.columns]\n'
        + "".join(f'{name} = "{name}"\n' for name in names.split())
        + f'{amount[table]} = {{ header = "{unit} {amount[table]}", unit = "{unit}", required = true }}\n'
        for table, names in columns.items()
        if (unit, table) in {(unit, table) for unit, table, *_ in READ + REFUSED}
    ]
    return f'name = "{unit}"\n\n' + "\n".join(tables)


ROWS = {
    "attendance": ("student_number,school,date,status", "7,{school},2025-09-01,present", "fraction"),
    "engagement": ("student_number,partner,program,activity,date", "7,{school},p,a,2025-09-01", "hours"),
    "college_credits": ("student_number,institution,term,course,hours_attempted", "7,{school},t,c,4", "hours_earned"),
}
FACTS = {"attendance": "fraction_hundredths", "engagement": "minutes", "college_credits": "hours_earned_hundredths"}
READ = [
    ("percent", "attendance", "97.5%", 98),
    ("percent", "attendance", "97.5", 98),
    ("share", "attendance", "0.88", 88),
    ("hours or clock", "engagement", "6:30", 390),
    ("hours with unit", "engagement", "1.5 hrs", 90),
    ("decimal comma", "college_credits", "3,50", 350),
]
NO_NUMBER, NO_HOURS, OUTSIDE = "not a number", "not a number of hours", "outside the range of this column"
REFUSED = [
    ("percent", "attendance", "101.5", OUTSIDE),
    ("share", "attendance", "97.5%", NO_NUMBER),
    ("share", "attendance", "97.5", OUTSIDE),
    ("share", "attendance", "20-Oct", NO_NUMBER),
    ("hours or clock", "engagement", "1.5 hrs", NO_HOURS),
    ("hours with unit", "engagement", "20-Oct", NO_HOURS),
    ("decimal comma", "college_credits", "3.50", NO_NUMBER),
    # The plain layout declares no unit: these are no numbers to it.
    ("", "attendance", "97.5%", NO_NUMBER),
    ("", "attendance", "0,5", NO_NUMBER),
    ("", "attendance", "nan", NO_NUMBER),
    ("", "attendance", "-0.5", OUTSIDE),
    ("", "attendance", "101.5", OUTSIDE),
    ("", "engagement", "6:30", NO_HOURS),
    ("", "engagement", "1.5 hrs", NO_HOURS),
    ("", "college_credits", "3,50", NO_NUMBER),
]


def _name(case: tuple[str, str, str, object]) -> str:
    unit, table, cell, _ = case
    return f"{unit or 'no unit'} {table} {cell}.csv".replace(":", " past ").replace(",", " comma ")


def _file(case: tuple[str, str, str, object]) -> str:
    unit, table, cell, _ = case
    header, row, amount = ROWS[table]
    column = f"{unit} {amount}" if unit else amount
    return csv_text(f"{header},{column}", [f'{row.format(school=_name(case))},"{cell}"'])


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All files of this row of quirks."""
    cases = [*READ, *REFUSED]
    dialects = {unit.replace(" ", "_"): _dialect(unit) for unit, *_ in cases if unit}
    return outcomes(tmp_path_factory.mktemp("units"), {_name(case): _file(case) for case in cases}, dialects)


@pytest.mark.parametrize("case", READ, ids=_name)
def test_an_amount_in_its_declared_unit(found: dict[str, Outcome], case: tuple[str, str, str, int]) -> None:
    outcome = found[_name(case)]
    assert outcome.counts == RowCounts(rows_in_file=1, loaded=1)
    assert outcome.values(FACTS[case[1]]) == [case[3]]


@pytest.mark.parametrize("case", REFUSED, ids=_name)
def test_an_amount_in_another_unit_or_outside_the_range(
    found: dict[str, Outcome], case: tuple[str, str, str, str]
) -> None:
    outcome = found[_name(case)]
    assert outcome.quarantine == ((2, ROWS[case[1]][2], case[3]),)
    assert outcome.counts == RowCounts(rows_in_file=1, quarantined=1)
