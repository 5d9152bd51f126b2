"""The worked example of a new KPI: two students of the district's own calendar, scale and partners."""

import csv
import datetime as dt
import io
from collections.abc import Sequence

from partnerkpi.config.workspace import SETTINGS_FILE, Workspace
from partnerkpi.errors import ConfigurationError
from partnerkpi.kpi_draft.domains import Beginning, Sums
from partnerkpi.measure.scales import read_scale
from partnerkpi.models.kpi import Domain
from partnerkpi.models.school_year import Quarter
from partnerkpi.records.partners import read_partners

Words = dict[str, object]


def worked_example(
    workspace: Workspace, domain: Domain, beginning: Beginning, sums: Sums, window: str
) -> tuple[str, str]:
    """The export and expect.csv, as CSV texts.

    Raises ConfigurationError when the export needs a term, a partner or marks that the workspace does not have.
    """
    partner = _partner(workspace) if domain is Domain.ENGAGEMENT else None
    quarter, words = _words(workspace, domain)
    export = [[cell.format(partner=partner, **words) for cell in line.split(",")] for line in beginning.export]
    cohort = [] if partner is None else [("partner", partner), ("program", "")]
    header = ["student_number", *(name for name, _ in cohort), "period", "window", "numerator", "denominator"]
    rows = [
        [str(number), *(value for _, value in cohort), quarter.label, window, *map(str, amounts)]
        for number, amounts in enumerate(sums.gives, start=1)
    ]
    return _csv(export), _csv([header, *rows])


def _words(workspace: Workspace, domain: Domain) -> tuple[Quarter, Words]:
    """The quarter that the example's rows fall into, and what they say to do so; the oldest there is, to last."""
    if domain is Domain.GRADES:
        quarter, term = _term(workspace, {})
        marks = _marks(workspace, workspace.settings.scale_of(quarter.school_year))
        return quarter, {"school_year": quarter.school_year, "term": term, **marks}
    if domain is Domain.COLLEGE_CREDITS:
        written = [term for year in workspace.settings.calendar().school_years for term, _ in year.terms]
        quarter, term = _term(workspace, {term: written.count(term) for term in written})
        return quarter, {"college_term": term}
    quarter = workspace.settings.calendar().quarters[0]
    return quarter, {"first_day": quarter.first_day, "second_day": quarter.first_day + dt.timedelta(days=1)}


def _term(workspace: Workspace, times: dict[str, int]) -> tuple[Quarter, str]:
    """A term and the quarter that closes it; `times` says how many school years know a term, where that matters."""
    for year in workspace.settings.calendar().school_years:
        for term, number in year.terms:
            # A college term names its own year: one that stands in two cannot be placed.
            if times.get(term, 1) == 1:
                return year.quarters[number - 1], term
    raise ConfigurationError(
        "No term says when grades or college credits become known.",
        where=str(workspace.root / SETTINGS_FILE),
        now="Name the terms of a school year under [school_year.terms]; docs/workspace.md shows how.",
    )


def _marks(workspace: Workspace, name_of_scale: str) -> Words:
    """A final mark that passes and one that does not, on the district's scale."""
    scale = read_scale(name_of_scale, workspace.root)
    found: Words = {}
    for name, passing in (("passing", True), ("failing", False)):
        mark = next((each.mark for each in scale if each.final and each.passing is passing), None)
        if mark is None:
            raise ConfigurationError(
                f"The grading scale {name_of_scale} has no {name} final mark.",
                where=str(workspace.root / SETTINGS_FILE),
                now="Add one to the scale; queries/scales/nc_10_point.csv shows how.",
            )
        found[name] = mark
    return found


def _partner(workspace: Workspace) -> str:
    partners = read_partners(workspace.partners)
    if not partners:
        raise ConfigurationError(
            "The example of an engagement KPI needs a partner, and there is none yet.",
            where=str(workspace.partners),
            now="Describe a partner first; docs/workspace.md shows how.",
        )
    return partners[0].id


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
