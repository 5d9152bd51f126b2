"""What the data-sharing agreement with a partner allows: on which days, from which source tables, of how many people.

A partner file without an agreement sets no limits. The day that counts is the one the report is made on. Agreements
that are renewed follow each other.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from partnerkpi.errors import PrivacyRefused
from partnerkpi.measure.catalogue import Catalogue
from partnerkpi.models.kpi import Grain, Kpi
from partnerkpi.models.partner import Agreement, Partner
from partnerkpi.models.source_table import SOURCE_TABLES
from partnerkpi.warehouse.connection import tables_of

WARN_DAYS = 60
# On which days there was school, and for whom: what attendance is counted against, and told of nobody.
_COUNTED_AGAINST = frozenset({"calendar", "enrollments"})
# The engine joins every KPI about students with them.
COHORTS = "cohort_members"


@dataclass(frozen=True)
class Standing:
    """Where an agreement stands on a day.

    `state` is "none", "early" (it has not begun), "in force", "ending" (within 60 days) or "over"; `days` is how many
    are left until its last day, 0 on that day itself, None unless it is in force.
    """

    partner: str
    state: str
    start: dt.date | None = None
    end: dt.date | None = None
    days: int | None = None

    @property
    def allows(self) -> bool:
        """Whether a report may be made."""
        return self.state not in ("early", "over")


def standing_on(partner: Partner, day: dt.date) -> Standing:
    """Where the agreement with a partner stands on a day; both its days are included.

    Of several the one in force, else the next one. One that is followed by another on the next day is not "ending".
    """
    agreed = partner.agreement_on(day)
    if agreed is None:
        return Standing(partner.id, "none")
    if day < agreed.start:
        return Standing(partner.id, "early", agreed.start, agreed.end)
    left = (agreed.end - day).days
    if left < 0:
        return Standing(partner.id, "over", agreed.start, agreed.end)
    goes_on = any(each.start == agreed.end + dt.timedelta(days=1) for each in partner.agreements)
    ending = left <= WARN_DAYS and not goes_on
    return Standing(partner.id, "ending" if ending else "in force", agreed.start, agreed.end, left)


def require_agreement(partner: Partner, day: dt.date) -> None:
    """Raise PrivacyRefused when there is an agreement and it is not in force on a day."""
    stands = standing_on(partner, day)
    if stands.allows:
        return
    when = f"begins on {stands.start}" if stands.state == "early" else f"ended on {stands.end}"
    raise PrivacyRefused(
        f"The data-sharing agreement with {partner.id} {when}; no report is made on {day}.",
        where=f"[agreement] and [[agreements]] in partners/{partner.id}.toml",
        now="Once both sides have signed a new one, add it to the file as one more [[agreements]]; leave the old one.",
    )


def agreement_lines(standings: Sequence[Standing]) -> list[str]:
    """What a person should know: nothing of one in force for longer than 60 days, who has none in one line."""
    lines = [line for line in map(agreement_line, standings) if line]
    without = [stands.partner for stands in standings if stands.state == "none"]
    if without:
        lines.append(f"information: no data-sharing agreement is in the file of: {', '.join(without)}.")
    return lines


def agreement_line(stands: Standing) -> str:
    """A warning about one agreement, "" where there is nothing to warn of."""
    about = f"warning: the data-sharing agreement with {stands.partner}"
    match stands.state:
        case "early":
            return f"{about} begins on {stands.start}; until then no report is made."
        case "over":
            return f"{about} ended on {stands.end}; no report is made."
        case "ending":
            left = "today" if stands.days == 0 else f"in {stands.days} day{'' if stands.days == 1 else 's'}"
            return f"{about} ends {left}, on {stands.end}; after that no report is made."
        case _:
            return ""


def smallest_group(of_district: int, agreements: Collection[Agreement | None]) -> int:
    """The smallest group that may be told: an agreement raises what the district has set, and never lowers it."""
    return max([of_district, *(agreed.minimum_group or 0 for agreed in agreements if agreed is not None)])


def permitted(
    catalogue: Catalogue, agreed: Agreement | None, marts: Mapping[str, str]
) -> tuple[Catalogue, frozenset[str]]:
    """The KPIs an agreement allows, and the ids of those it does not.

    A KPI is left out when it reads a source table that the agreement does not name. Who takes part is known to the
    partner, who runs the programs: tables that only say so need not be named, nor the calendar and enrollments.
    """
    withheld = frozenset(kpi.id for kpi in catalogue.kpis if not allows(agreed, kpi, marts))
    return replace(catalogue, kpis=tuple(kpi for kpi in catalogue.kpis if kpi.id not in withheld)), withheld


def allows(agreed: Agreement | None, kpi: Kpi, marts: Mapping[str, str]) -> bool:
    """Whether an agreement allows a KPI: it names all source tables that the KPI tells of, or none at all."""
    if agreed is None or not agreed.fields:
        return True
    return told_tables(kpi, marts) <= {*agreed.fields, *_COUNTED_AGAINST}


def told_tables(kpi: Kpi, marts: Mapping[str, str]) -> frozenset[str]:
    """The source tables that a KPI's query tells of, through the marts; not what says who is in a cohort."""
    return frozenset(_source_tables([kpi.sql], marts, without=frozenset({COHORTS})))


def source_tables(kpi: Kpi, marts: Mapping[str, str]) -> frozenset[str]:
    """The source tables that a KPI's query reads, through the marts and, of students, through the cohorts."""
    cohorts = [f"select 1 from {COHORTS}"] if kpi.grain is Grain.STUDENT else []
    return frozenset(_source_tables([kpi.sql, *cohorts], marts))


def _source_tables(queries: Sequence[str], marts: Mapping[str, str], without: frozenset[str] = frozenset()) -> set[str]:
    found: set[str] = set()
    waiting = {table for sql in queries for table in tables_of(sql)} - without
    while waiting:
        name = waiting.pop()
        found.add(name)
        if name in marts:
            waiting |= set(tables_of(marts[name])) - found - without
    return found & SOURCE_TABLES.keys()
