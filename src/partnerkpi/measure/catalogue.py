"""The KPI catalogue: every KPI file checked against the contract, without any data."""

import hashlib
import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.toml_file import nearest
from partnerkpi.errors import KpiFileError, UsageError
from partnerkpi.measure.kpi_files import broken, kpi_paths, read_kpi, read_sql
from partnerkpi.measure.portable import FORBIDDEN, violations
from partnerkpi.models.kpi import Counted, Domain, Grain, Kpi
from partnerkpi.models.reference import RATE
from partnerkpi.models.source_table import SOURCE_TABLES
from partnerkpi.version import __version__
from partnerkpi.warehouse import Warehouse, WarehouseFault, scratch
from partnerkpi.warehouse.checked import checked_kpis
from partnerkpi.warehouse.connection import statements, tables_of

_COLUMNS = {
    Grain.STUDENT: ("student_id", "period_id", "numerator", "denominator"),
    Grain.PARTNER: ("partner_id", "period_id", "numerator", "denominator"),
}
_OPTIONAL = {
    Grain.STUDENT: {"cohort_id"},
    Grain.PARTNER: {"people", "largest", "group_by", "group_value"},
}
_WORD = re.compile(r"\w+")
_NUMBERS = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DOUBLE|FLOAT|DECIMAL\(\d+,0\))")


@dataclass(frozen=True)
class Catalogue:
    """The KPIs that may run, in order of domain and name, and the files that may not, each with its error."""

    kpis: tuple[Kpi, ...]
    broken: tuple[KpiFileError, ...]

    def find(self, wanted: str) -> Kpi:
        """The KPI with this id; raises UsageError, with the nearest known id, when there is none."""
        for kpi in self.kpis:
            if kpi.id == wanted:
                return kpi
        known = [kpi.id for kpi in self.kpis]
        raise UsageError(
            f"There is no KPI called {wanted}{nearest(wanted, known)}.",
            where=f"known KPIs: {', '.join(known)}",
            now="Name one of these; `partnerkpi kpi list` shows what they mean.",
        )


def read_marts(workspace: Path | None) -> dict[str, str]:
    """Every mart's SELECT by the name of its table, as it is written; raises KpiFileError for one that is no text."""
    return {name: read_sql(path) for name, path in assets.files("queries/marts", ".sql", workspace).items()}


def mart_queries(workspace: Path | None) -> dict[str, str]:
    """As `read_marts`; raises KpiFileError when one breaks the contract."""
    queries = read_marts(workspace)
    for name, path in assets.files("queries/marts", ".sql", workspace).items():
        one_select(path, queries[name])
        portable(path, queries[name])
    return queries


def load_catalogue(workspace: Path | None = None) -> Catalogue:
    """Every KPI file, read and checked against empty marts, before any data."""
    with scratch() as warehouse:
        for name, sql in mart_queries(workspace).items():
            warehouse.run(f"create table {name} as {sql}")
        return check_catalogue(warehouse, workspace)


def check_catalogue(warehouse: Warehouse, workspace: Path | None) -> Catalogue:
    """As `load_catalogue`, against the marts of a database: one SELECT, settings, columns, portable SQL.

    A file that the database knows as checked, letter by letter, is not checked again.
    """
    known, rules = checked_kpis(warehouse), _rules(workspace)
    good, bad = [], []
    for path in kpi_paths(workspace).values():
        origin = "workspace" if workspace and path.is_relative_to(workspace) else "shipped"
        try:
            kpi = read_kpi(path, origin=origin)
            columns = known.get(_fingerprint(kpi, rules))
            kpi = check_kpi(warehouse, kpi) if columns is None else replace(kpi, columns=columns)
        except KpiFileError as error:
            bad.append(error)
        else:
            good.append(kpi)
    order = list(Domain)
    good.sort(key=lambda kpi: (order.index(kpi.domain), kpi.id))
    return Catalogue(tuple(good), tuple(bad))


def sound_kpis(warehouse: Warehouse, workspace: Path | None) -> dict[str, frozenset[str]]:
    """The KPI files that are sound, as `keep_checked` takes them; one that is not stops nothing.

    Not inside a transaction: a query that the database refuses ends it.
    """
    rules = _rules(workspace)
    return {_fingerprint(kpi, rules): kpi.columns for kpi in check_catalogue(warehouse, workspace).kpis}


def _rules(workspace: Path | None) -> str:
    """What the check of every KPI file depends on, in short: the marts' queries are long, and KPIs many."""
    parts = (__version__, FORBIDDEN, sorted(read_marts(workspace).items()))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _fingerprint(kpi: Kpi, rules: str) -> str:
    """Everything the check of a KPI file depends on."""
    return hashlib.sha256(repr((rules, kpi.id, kpi.sql)).encode()).hexdigest()


def check_kpi(warehouse: Warehouse, kpi: Kpi) -> Kpi:
    """The contract of design section 3.2 against empty marts; the KPI with its columns.

    Raises KpiFileError with file and line.
    """
    used = one_select(kpi.path, kpi.sql)
    declared = {setting.name for setting in kpi.settings}
    for name in sorted(used - declared):
        raise broken(kpi.path, _line_of(kpi.sql, f"${name}"), f"${name} is used but no setting declares it")
    for name in sorted(declared - used):
        raise broken(kpi.path, _line_of(kpi.sql, name), f"the setting {name} is declared but not used")
    for name in re.findall(r"\{(\w+)\}", kpi.definition):
        if name not in declared and not name.startswith(RATE):
            raise broken(kpi.path, _line_of(kpi.sql, "{" + name), f"the definition names {name}, which is no setting")
    portable(kpi.path, kpi.sql)
    for table in sorted(_source_tables(kpi.sql)):
        line = _line_of(kpi.sql, f" {table}")
        raise broken(kpi.path, line, f"it reads {table}; KPIs read quarter marts, such as attendance_by_period")
    return replace(kpi, columns=frozenset(_check_columns(warehouse, kpi)))


def has_cohort(columns: Collection[str]) -> bool:
    """Whether a KPI's rows say which partner or program they belong to."""
    return "cohort_id" in columns


def one_select(path: Path, sql: str) -> frozenset[str]:
    """The named parameters of the one SELECT; raises KpiFileError for anything else."""
    try:
        found = statements(sql)
    except WarehouseFault as error:
        raise broken(path, _line_in(error) or 1, error.what.partition(": ")[2]) from None
    if len(found) != 1:
        raise broken(path, 1, f"it holds {len(found)} statements, not one")
    kind, used = found[0]
    if kind != "SELECT":
        raise broken(path, 1, f"it holds a statement of type {kind}, not a SELECT")
    return used


def portable(path: Path, sql: str) -> None:
    """Raise KpiFileError, with the line, for SQL that would not give the same answers on another engine."""
    for line, reason in violations(sql):
        raise broken(path, line, f"not portable SQL: {reason}")


def _source_tables(sql: str) -> set[str]:
    """The source tables a query reads; it is parsed for them only when it names one below its header."""
    body = itertools.dropwhile(lambda line: line.startswith("--"), sql.splitlines())
    named = {word.lower() for line in body for word in _WORD.findall(line)}
    return SOURCE_TABLES.keys() & tables_of(sql) if named & SOURCE_TABLES.keys() else set()


def _check_columns(warehouse: Warehouse, kpi: Kpi) -> dict[str, str]:
    try:
        columns = kpi_columns(warehouse, kpi)
    except WarehouseFault as error:
        raise broken(kpi.path, _first_sql_line(kpi.sql), error.what.partition(": ")[2]) from None
    expected = _COLUMNS[kpi.grain]
    if not set(expected) <= set(columns) or not set(columns) <= {*expected, *_OPTIONAL[kpi.grain]}:
        raise broken(
            kpi.path,
            _first_sql_line(kpi.sql),
            f"its columns are {', '.join(columns)}; they must be {', '.join(expected)}",
        )
    if ("group_by" in columns) != ("group_value" in columns):
        raise broken(kpi.path, _first_sql_line(kpi.sql), "group_by and group_value belong together")
    if kpi.counted is Counted.OWN and not has_cohort(columns):
        raise broken(kpi.path, _line_of(kpi.sql, "counted:"), "without a cohort_id it cannot say whose rows count")
    for name in ("numerator", "denominator", *({"people", "largest"} & set(columns))):
        if not _NUMBERS.fullmatch(columns[name]):
            raise broken(kpi.path, _first_sql_line(kpi.sql), f"{name} is of type {columns[name]}, not a whole number")
    return columns


def columns_of(warehouse: Warehouse, kpi: Kpi) -> frozenset[str]:
    """The names of the columns a KPI's SELECT gives; asked for again only when nobody has checked it."""
    return kpi.columns or frozenset(kpi_columns(warehouse, kpi))


def kpi_columns(warehouse: Warehouse, kpi: Kpi) -> dict[str, str]:
    """Names and types of the columns a KPI's SELECT gives."""
    return warehouse.columns(kpi.sql, {setting.name: _number(setting.default) for setting in kpi.settings})


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _line_in(error: WarehouseFault) -> int | None:
    line = re.search(r"\(line (\d+)\)", error.what)
    return int(line[1]) if line else None


def _line_of(sql: str, text: str) -> int:
    return next((number for number, line in enumerate(sql.splitlines(), 1) if text in line), 1)


def _first_sql_line(sql: str) -> int:
    lines = enumerate(sql.splitlines(), start=1)
    return next((number for number, line in lines if line.strip() and not line.startswith("--")), 1)
