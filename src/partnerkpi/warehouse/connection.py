"""One connection to the database: questions, transactions, and errors that never repeat a cell."""

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import duckdb

from partnerkpi.errors import ConfigurationError, PartnerKpiError
from partnerkpi.warehouse.stream import Stream

if TYPE_CHECKING:
    import polars as pl

# Grouping before a join with the calendar groups by day, which is by nothing: four times the time for the same marts.
_OPTIMIZERS_OFF = "partial_aggregate_pushdown"
_LOOK_SECONDS = 0.2
# Query files are parsed for several reasons; there are about a hundred of them.
_PARSED = 1024
Setting = str | bool | int | float | list[str]
OFFLINE: dict[str, Setting] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "300MB",
    "disabled_optimizers": _OPTIMIZERS_OFF,
}
LOCKED_DOWN: dict[str, Setting] = {**OFFLINE, "enable_external_access": False}
# What the system says when it refuses a file, in the words of strerror(3).
_DISK = re.compile(
    r'(?:file "(?P<file>[^"]*)")?[^"]*'
    r"(?P<why>No space left on device|Disk quota exceeded|File too large|Read-only file system|Permission denied"
    r"|Input/output error)"
)


class WarehouseFault(PartnerKpiError):
    """DuckDB could not do what it was asked; the message never repeats a cell."""


class Overrun(WarehouseFault):
    """A question took longer than it may."""


class NotTabular(WarehouseFault):
    """A text is not made of rows and cells as DuckDB was told."""


def fault(error: duckdb.Error) -> PartnerKpiError:
    """A DuckDB error as one of ours: ConfigurationError when the system refuses a file, else a WarehouseFault."""
    about_files = isinstance(error, duckdb.IOException | duckdb.TransactionException | duckdb.FatalException)
    if about_files and (disk := _DISK.search(str(error))):
        return ConfigurationError(
            f"The system refused a file of the database: {disk['why']}.",
            where=disk["file"] or "partnerkpi.duckdb",
            now="See that the disk has room and that the folder is yours, and run the command again; "
            "what was not finished has been taken back.",
        )
    # Parser, binder and catalog errors speak of names in the query; every other kind may quote a cell.
    speaks_of_the_query = isinstance(error, duckdb.ParserException | duckdb.BinderException | duckdb.CatalogException)
    detail = str(error).split("\n", 1)[0] if speaks_of_the_query else type(error).__name__
    line = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
    if line and speaks_of_the_query:
        detail += f" (line {line[1]})"
    kind = NotTabular if isinstance(error, duckdb.InvalidInputException) else WarehouseFault
    return kind(
        f"The database could not answer: {detail}",
        where="partnerkpi.duckdb",
        now="Run the command again; if it fails again, report this line.",
    )


class Warehouse:
    """One connection. Every DuckDB error leaves it as one of ours (see `fault`)."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._in_transaction = False
        self._share_read: Callable[[], float] | None = None

    def close(self) -> None:
        """End the connection; an open transaction is rolled back."""
        self._connection.close()

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Execute one or more statements and forget what they return."""
        try:
            self._connection.execute(sql, dict(parameters) if parameters else None).fetchall()
        except duckdb.Error as error:
            raise fault(error) from None

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a SELECT."""
        try:
            return self._connection.execute(sql, dict(parameters) if parameters else None).fetchall()
        except duckdb.Error as error:
            raise fault(error) from None

    def value(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first cell of the first row."""
        return self.rows(sql, parameters)[0][0]

    def records(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """All rows of a SELECT, each a mapping from column name to value."""
        try:
            cursor = self._connection.execute(sql, dict(parameters) if parameters else None)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except duckdb.Error as error:
            raise fault(error) from None

    def frame(self, sql: str, parameters: Mapping[str, Any] | None = None) -> "pl.DataFrame":
        """All rows of a SELECT as a data frame, a column at a time; wants other numbers than HUGEINT."""
        import polars as pl

        try:
            found = self._connection.sql(sql, params=dict(parameters) if parameters else None)
            return pl.DataFrame(Stream(found.__arrow_c_stream__()))
        except duckdb.Error as error:
            raise fault(error) from None

    def columns(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Names and types a SELECT would give, without running it."""
        described = self.rows(f"describe {sql}", parameters)
        return {str(row[0]): str(row[1]) for row in described}

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name. To ask for it and fail would end the transaction one is in."""
        return bool(self.rows("select 1 from duckdb_tables() where table_name = $name limit 1", {"name": name}))

    @contextlib.contextmanager
    def small_side_last(self) -> Iterator[None]:
        """Joins hold in memory what is written last: the optimizer, left to itself, may take the long side for short.

        It knows nothing of how long a pipe is, and little of what is left of millions of rows.
        """
        self.run(f"set disabled_optimizers = '{_OPTIMIZERS_OFF},build_side_probe_side,join_order'")
        try:
            yield
        finally:
            with contextlib.suppress(PartnerKpiError):
                self.run(f"set disabled_optimizers = '{_OPTIMIZERS_OFF}'")

    @contextlib.contextmanager
    def reading_long_files(self, share: Callable[[], float]) -> Iterator[None]:
        """What a file's rows are joined with is held in memory, never the rows; `share` tells how much is read."""
        self._share_read = share
        try:
            with self.small_side_last():
                yield
        finally:
            self._share_read = None

    @contextlib.contextmanager
    def watched(self, heard: Callable[[float], None]) -> Iterator[None]:
        """Meanwhile `heard` is told, from a thread of its own, how much of the statement that runs is done, 0 to 1."""
        self.run("set enable_progress_bar = true; set enable_progress_bar_print = false")
        over = threading.Event()

        def look() -> None:
            while not over.wait(_LOOK_SECONDS):
                share = self._share_read
                # Of what comes out of a pipe the database cannot tell how much is left.
                done = share() if share else self._connection.query_progress() / 100
                if done >= 0:
                    heard(done)

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join()

    @contextlib.contextmanager
    def limited(self, seconds: float | None) -> Iterator[None]:
        """What is asked meanwhile is broken off after so many seconds, with an Overrun; None: never."""
        if seconds is None:
            yield
            return
        over = threading.Event()

        def break_off() -> None:
            over.set()
            self._connection.interrupt()

        timer = threading.Timer(seconds, break_off)
        timer.start()
        try:
            yield
        except WarehouseFault:
            if not over.is_set():
                raise
            raise Overrun(
                f"The database could not answer: it took longer than {seconds:g} seconds",
                where="partnerkpi.duckdb",
                now="Make the query cheaper, or allow more time: kpi_seconds in partnerkpi.toml.",
            ) from None
        finally:
            timer.cancel()

    @contextlib.contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[None]:
        """All or nothing; with `keep` false the work is done and then taken back.

        One inside another is part of it.
        """
        if self._in_transaction:
            yield
            return
        self.run("begin transaction")
        self._in_transaction = True
        try:
            yield
        except BaseException:
            # A statement that failed may have ended the transaction already.
            with contextlib.suppress(PartnerKpiError):
                self.run("rollback")
            raise
        finally:
            self._in_transaction = False
        self.run("commit" if keep else "rollback")


@lru_cache(maxsize=_PARSED)
def statements(sql: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each statement's type ("SELECT") and the named parameters in it; raises WarehouseFault on a syntax error."""
    try:
        return tuple(
            (statement.type.name.removesuffix("_STATEMENT"), frozenset(statement.named_parameters))
            for statement in _parser().extract_statements(sql)
        )
    except duckdb.Error as error:
        raise fault(error) from None


@lru_cache(maxsize=_PARSED)
def tables_of(sql: str) -> frozenset[str]:
    """The tables a query reads, without its own CTEs; raises WarehouseFault on a syntax error."""
    try:
        # It takes no parameters; which number a setting has changes no table.
        return frozenset(_parser().get_table_names(re.sub(r"\$\w+", "0", sql)))
    except duckdb.Error as error:
        raise fault(error) from None


@lru_cache(maxsize=8)
def trees(queries: tuple[str, ...]) -> tuple[dict[str, Any] | None, ...]:
    """Each query as DuckDB has parsed it, to be read and never to be changed; None for one that is not one SELECT."""
    found = _parser().execute(
        "select json_serialize_sql(unnest($queries), skip_null := true, skip_empty := true, skip_default := true)",
        {"queries": list(queries)},
    )
    parsed = [json.loads(row[0]) for row in found.fetchall()]
    return tuple(each["statements"][0]["node"] if len(each.get("statements", ())) == 1 else None for each in parsed)


def query_of(tree: Mapping[str, Any]) -> str:
    """The query that a tree stands for."""
    whole = json.dumps({"error": False, "statements": [{"node": tree}]})
    found = _parser().execute("select json_deserialize_sql($tree)", {"tree": whole}).fetchall()
    return str(found[0][0])


@lru_cache(maxsize=1)
def _parser() -> duckdb.DuckDBPyConnection:
    """One connection that parses and never runs anything: opening it costs more than parsing."""
    return duckdb.connect(":memory:", config=LOCKED_DOWN)
