"""What both sides have put in and had planned: every line with its worth, and how equal it is; for the district."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.rates import read_rates
from partnerkpi.models.reference import Rate
from partnerkpi.models.school_year import SchoolCalendar
from partnerkpi.partnership.edited import partner_and_file
from partnerkpi.partnership.investing import unguarded
from partnerkpi.refresh import ensure_fresh
from partnerkpi.warehouse import open_for_reading

HOURS, VOLUNTEER = "hours", "volunteer_hour"

# One row for each line of the partner, as the mart joins them: every row is a record of its own, equal ones too. A name
# of a program stands for no line of the ledger.
_LINES = """
select
  i.date, i.side, i.kind, i.plan, i.amount_cents, i.quantity_hundredths, i.rate_cents, i.unit, i.note, i.evidence,
  l.file
from investments as i
join cohort_names as n
  on n.partner = i.partner and n.program = '' and i.date >= n.first_day and i.date <= n.last_day
join cohorts as c on c.cohort_id = n.cohort_id and c.program = ''
join loads as l on l.load_id = i.load_id
where c.partner = $partner
order by i.date, i.plan, i.side, i.kind, i.note, i.amount_cents, i.quantity_hundredths, i.rate_cents, i.evidence, l.file
"""


@dataclass(frozen=True)
class LedgerLine:
    """One line, in dollars; `worth` says what one unit was counted as and by whom, "" for dollars."""

    date: dt.date
    side: str
    kind: str
    plan: str
    quantity: float | None
    unit: str
    rate: float | None
    dollars: float
    worth: str
    note: str
    evidence: str
    file: str


@dataclass(frozen=True)
class Balance:
    """Both sides of one school year in dollars; `difference` is their difference as a share of their sum."""

    school_year: str
    plan: str
    partner: float
    district: float
    tolerance: float

    @property
    def difference(self) -> float | None:
        """None when neither side has put anything in."""
        both = self.partner + self.district
        return abs(self.partner - self.district) / both if both else None

    @property
    def told(self) -> str:
        """In words: about equal within the tolerance, else who puts in more."""
        if self.difference is None:
            return "nothing"
        if self.difference <= self.tolerance:
            return "about equal"
        return "the partner puts in more" if self.partner > self.district else "the district puts in more"


@dataclass(frozen=True)
class Ledger:
    """Everything on record about what both sides of one partnership put in."""

    partner: str
    lines: tuple[LedgerLine, ...]
    balances: tuple[Balance, ...]


def read_ledger(workspace: Workspace, wanted: str) -> Ledger:
    """The ledger of a partner; exact, and so not for release. Raises UsageError, InputMissing without any data."""
    partner, _ = partner_and_file(workspace, wanted)
    ensure_fresh(workspace)
    with open_for_reading(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds) as warehouse:
        rows = warehouse.records(_LINES, {"partner": partner.id})
    rates = [rate for rate in read_rates(workspace.root) if rate.name == VOLUNTEER]
    lines = tuple(_line(row, rates) for row in rows)
    tolerance = workspace.settings.invest.balance_tolerance
    return Ledger(partner.id, lines, tuple(_balances(lines, workspace.settings.calendar(), tolerance)))


def _line(row: dict[str, Any], rates: Sequence[Rate]) -> LedgerLine:
    """As the mart counts it: the amount, else quantity times rate, else for hours the rate of a volunteer's hour."""
    quantity, cents, worth = row["quantity_hundredths"], row["rate_cents"], ""
    dollars = (row["amount_cents"] or 0) / 100
    if row["amount_cents"] is None and quantity is not None:
        worth = f"{cents / 100:,.2f}, as the line says" if cents is not None else "no rate"
        begun = [rate for rate in rates if rate.first_day <= row["date"]]
        if cents is None and row["kind"] == HOURS and begun:
            cents, since = begun[-1].cents, begun[-1].first_day
            worth = f"{cents / 100:,.2f} from {since}, {begun[-1].source}"
        dollars = quantity * (cents or 0) / 10_000
    return LedgerLine(
        date=row["date"],
        side=row["side"],
        kind=row["kind"],
        plan=row["plan"],
        quantity=None if quantity is None else quantity / 100,
        unit=row["unit"] or "",
        rate=None if cents is None else cents / 100,
        dollars=dollars,
        worth=worth,
        note=unguarded(row["note"] or ""),
        evidence=unguarded(row["evidence"] or ""),
        file=row["file"],
    )


def _balances(lines: Sequence[LedgerLine], calendar: SchoolCalendar, tolerance: float) -> list[Balance]:
    """For each school year with lines, planned before actual; days outside every school year count in no figure."""
    sums: dict[tuple[str, str], dict[str, float]] = {}
    for line in lines:
        year = calendar.year_of(line.date)
        if year is not None:
            sides = sums.setdefault((year.name, line.plan), {"partner": 0.0, "district": 0.0})
            sides[line.side] += line.dollars
    order = sorted(sums, key=lambda key: (key[0], key[1] != "planned"))
    return [Balance(*key, sums[key]["partner"], sums[key]["district"], tolerance) for key in order]
