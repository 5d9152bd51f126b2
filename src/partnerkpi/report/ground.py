"""What every board stands on: the database as it was on a day, what is known of which quarter, and who reads it."""

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy
from partnerkpi.errors import UsageError
from partnerkpi.language import LANGUAGES, Language
from partnerkpi.measure.catalogue import Catalogue, mart_queries
from partnerkpi.measure.evidence import Evidence, gather_evidence, quarter_asked
from partnerkpi.measure.rates import read_rates
from partnerkpi.measure.settings import kpi_settings
from partnerkpi.models.board import Audience
from partnerkpi.models.partner import Partner
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.models.similar import Comparison
from partnerkpi.records.partners import cohort_names, known_on
from partnerkpi.refresh import open_fresh
from partnerkpi.report.breaks import Breaks
from partnerkpi.report.figures import TREND_QUARTERS, Figures, Key
from partnerkpi.report.page import PIPELINE, Page
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.marts import partner_names
from partnerkpi.warehouse.past import look_back

# A KPI that is not due tells of an earlier quarter, with a trend and a year before of its own.
MEASURED_QUARTERS = 2 * TREND_QUARTERS


@dataclass(frozen=True)
class Ground:
    """The open database, looked back into if asked, and the quarter of the board.

    The board is made on `made_on`, and tells what was so on `day`, which is never after its quarter; `quarters` are
    those that are measured, the board's own last.
    """

    warehouse: Warehouse
    evidence: Evidence
    calendar: SchoolCalendar
    made_on: dt.date
    quarter: Quarter
    quarters: tuple[Quarter, ...]

    @property
    def day(self) -> dt.date:
        """The last day that the board tells of."""
        return min(self.made_on, self.quarter.last_day)

    @property
    def news_until(self) -> dt.date:
        """The day whose news it tells of actions: when it is made, but not beyond the quarter that follows its own."""
        later = [each for each in self.calendar.quarters if each.first_day > self.quarter.last_day]
        return min(self.made_on, later[0].last_day) if later else self.made_on


@contextlib.contextmanager
def opened(
    workspace: Workspace,
    known: Sequence[Partner],
    *,
    today: dt.date,
    period: str | None,
    as_of: dt.date | None,
) -> Iterator[Ground]:
    """The ground of a board of these partners, while its database is open.

    Raises as opening a database does; UsageError for a period that is none, InputMissing without data.
    """
    calendar = workspace.settings.calendar()
    with open_fresh(workspace) as warehouse:
        if as_of is not None:
            names = cohort_names(known_on(known, as_of), partner_names(warehouse))
            look_back(warehouse, as_of, mart_queries(workspace.root), names)
        evidence = gather_evidence(warehouse, calendar)
        made_on = min(today, as_of or today)
        quarter = quarter_asked(calendar, evidence, period, made_on)
        measured = tuple(calendar.latest(quarter, MEASURED_QUARTERS))
        yield Ground(warehouse, evidence, calendar, made_on, quarter, measured)


def page_for(
    workspace: Workspace, partner: Partner, catalogue: Catalogue, readers: Audience, language: Language
) -> Page:
    """The page of a partner as the workspace wants its pages."""
    settings = workspace.settings
    return Page(
        partner,
        settings.district.name,
        settings.board.paper,
        catalogue,
        kpi_settings(workspace, catalogue),
        held=settings.cohorts.members == "school year",
        rates=read_rates(workspace.root),
        orientation=settings.board.orientation,
        audience=readers,
        language=language,
    )


def figures_of(
    workspace: Workspace,
    ground: Ground,
    page: Page,
    results: dict[Key, Result],
    policy: Policy,
    similar: Mapping[str, Comparison] | None = None,
) -> Figures:
    """What makes the releases of the page's partner out of results."""
    scales = {year.name: workspace.settings.scale_of(year.name) for year in ground.calendar.school_years}
    return Figures(
        page.partner.id,
        ground.quarter,
        ground.calendar,
        results,
        ground.evidence,
        policy,
        Breaks(ground.evidence.systems, page.settings, scales),
        similar or {},
        page.named(PIPELINE),
    )


def readers_named(audience: str) -> Audience:
    """The audience of this name; raises UsageError for any other."""
    return Audience(_one_of(audience, [each.value for each in Audience], "audience"))


def language_named(language: str) -> Language:
    """The language of this code; raises UsageError for any other."""
    return Language(_one_of(language, list(LANGUAGES), "language"))


def _one_of(word: str, known: list[str], what: str) -> str:
    if word not in known:
        raise UsageError(
            f"There is no {what} called {word}{nearest(word, known)}.",
            where=f"known: {', '.join(known)}",
            now=f"Name one of these with --{what}.",
        )
    return word
