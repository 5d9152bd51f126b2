"""Drafting a KPI: its file and its worked example, where neither is yet."""

from dataclasses import dataclass
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.files import write_private
from partnerkpi.kpi_draft.domains import BEGINNINGS, Beginning, Sums
from partnerkpi.kpi_draft.example import worked_example
from partnerkpi.measure.kpi_files import KPI_ID, LONGEST_NAME
from partnerkpi.models.kpi import UNITS, Domain
from partnerkpi.models.school_year import Window

_FOLDER = Path("queries", "kpis")
_SQL = """\
-- name:       {name}
-- domain:     {domain}
-- unit:       {unit}
-- better:     {better}
-- window:     {window}
-- definition: {definition}
-- source:     {source}

-- A draft that works as it stands: change the definition and what is counted, name the source, and work the rows of
-- examples/{id}/expect.csv out by hand.
select
  student_id,
{cohort}  period_id,
  {numerator} as numerator,
  {denominator} as denominator
from {mart}
group by student_id, {grouped}period_id
{having}"""


@dataclass(frozen=True)
class DraftOptions:
    """What the header of a new KPI says; without a name it is made of the id, `better` depends on what is counted."""

    name: str = ""
    domain: str = Domain.ATTENDANCE.value
    unit: str = "percent of students"
    better: str = ""
    window: str = Window.YEAR_TO_DATE.value


@dataclass(frozen=True)
class Draft:
    """The files of a new KPI, none of which is there yet, with their texts; the KPI's own comes first."""

    files: dict[Path, str]


def draft_kpi(workspace: Workspace, kpi_id: str, options: DraftOptions) -> Draft:
    """A KPI file in the workspace's queries/kpis with an example beside it; nothing is written.

    Raises UsageError for an id that is taken or cannot be one and for a word the header does not know,
    ConfigurationError when the example would need a term or a partner that the workspace lacks.
    """
    _require_free(workspace, kpi_id)
    for key, known in _WORDS.items():
        _require_known(key, getattr(options, key), known)
    name = options.name.strip() or kpi_id.replace("_", " ").capitalize()
    if len(name) > LONGEST_NAME or "\n" in name:
        raise UsageError(
            f"A name has at most {LONGEST_NAME} characters, on one line.", where="--name", now="Name it shorter."
        )
    domain = Domain(options.domain)
    beginning = BEGINNINGS[domain]
    sums = beginning.sums(options.unit)
    export, expect = worked_example(workspace, domain, beginning, sums, options.window)
    folder = workspace.root / _FOLDER
    example = folder / "examples" / kpi_id
    return Draft(
        {
            folder / f"{kpi_id}.sql": _sql(kpi_id, name, options, beginning, sums),
            example / "given" / f"{domain.source_table}.csv": export,
            example / "expect.csv": expect,
        }
    )


def write_draft(draft: Draft) -> None:
    """Write the example first and the KPI last, so that no KPI is there without one."""
    for path, text in reversed(draft.files.items()):
        write_private(path, text.encode())


_WORDS = {
    "domain": [domain.value for domain in BEGINNINGS],
    "unit": list(UNITS),
    "better": ["", "higher", "lower"],
    "window": [window.value for window in Window],
}


def _require_known(key: str, word: str, known: list[str]) -> None:
    if word not in known:
        raise UsageError(
            f'{key.capitalize()} "{word}" is not known{nearest(word, known)}.',
            where=f"known: {', '.join(filter(None, known))}",
            now=f"Name one of these with --{key}.",
        )


def _require_free(workspace: Workspace, kpi_id: str) -> None:
    if not KPI_ID.fullmatch(kpi_id):
        raise UsageError(
            f"{kpi_id} cannot be the id of a KPI.",
            where="ID",
            now="Begin with a letter; small letters, digits and _ may follow, up to 60 in all.",
        )
    folder = workspace.root / _FOLDER
    for path in (folder / f"{kpi_id}.sql", folder / "examples" / kpi_id):
        if path.exists():
            raise UsageError(f"There is a {kpi_id} already.", where=str(path), now="Choose another id, or change it.")
    if kpi_id in assets.files("queries/kpis", ".sql"):
        raise UsageError(
            f"A KPI called {kpi_id} is shipped; a file of this name would stand in for it.",
            where=str(folder / f"{kpi_id}.sql"),
            now=f"Choose another id, or begin with the shipped one: partnerkpi kpi sql {kpi_id}",
        )


def _sql(kpi_id: str, name: str, options: DraftOptions, beginning: Beginning, sums: Sums) -> str:
    by_cohort = options.domain == Domain.ENGAGEMENT.value
    return _SQL.format(
        id=kpi_id,
        name=name,
        domain=options.domain,
        unit=options.unit,
        better=options.better or sums.better,
        window=options.window,
        definition=sums.says,
        source="The district's own definition",
        cohort="  cohort_id,\n" if by_cohort else "",
        grouped="cohort_id, " if by_cohort else "",
        numerator=sums.numerator,
        denominator=sums.denominator,
        mart=beginning.mart,
        having=f"having {beginning.having}\n" if beginning.having else "",
    )
