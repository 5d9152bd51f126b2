"""Opening the database, for writing or locked down for reading, and asking it questions."""

import contextlib
import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from partnerkpi.errors import ConfigurationError, InputMissing, PartnerKpiError, WorkspaceBusy
from partnerkpi.files import make_private_folder

_MEMORY_LIMIT = "300MB"
# Grouping before a join with the calendar groups by day, which is by nothing: four times the time for the same marts.
_OPTIMIZERS_OFF = "partial_aggregate_pushdown"
_RETRY_SECONDS = 0.25
_LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": _MEMORY_LIMIT,
    "disabled_optimizers": _OPTIMIZERS_OFF,
}
_FOR_WRITING: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": _MEMORY_LIMIT,
    "preserve_insertion_order": False,
    "disabled_optimizers": _OPTIMIZERS_OFF,
}


class WarehouseFault(PartnerKpiError):
    """DuckDB could not do what it was asked; the message never repeats a cell."""


class NotTabular(WarehouseFault):
    """A text is not made of rows and cells as DuckDB was told."""


def _fault(error: duckdb.Error) -> WarehouseFault:
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
    """One connection. Every DuckDB error leaves it as a WarehouseFault."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def close(self) -> None:
        """End the connection; an open transaction is rolled back."""
        self._connection.close()

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Execute one or more statements and forget what they return."""
        try:
            self._connection.execute(sql, dict(parameters) if parameters else None).fetchall()
        except duckdb.Error as error:
            raise _fault(error) from None

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a SELECT."""
        try:
            return self._connection.execute(sql, dict(parameters) if parameters else None).fetchall()
        except duckdb.Error as error:
            raise _fault(error) from None

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
            raise _fault(error) from None

    def columns(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Names and types a SELECT would give, without running it."""
        described = self.rows(f"describe {sql}", parameters)
        return {str(row[0]): str(row[1]) for row in described}

    @contextlib.contextmanager
    def in_file_order(self) -> Iterator[None]:
        """Rows read from a file are written in its order, and a join keeps it.

        The optimizer knows little of how long a file is: taken for a short one, it would become the side of a join
        that is held in memory, and come out of it in any order.
        """
        self.run(
            "set preserve_insertion_order = true; "
            f"set disabled_optimizers = '{_OPTIMIZERS_OFF},build_side_probe_side,join_order'"
        )
        try:
            yield
        finally:
            with contextlib.suppress(WarehouseFault):
                self.run(f"set preserve_insertion_order = false; set disabled_optimizers = '{_OPTIMIZERS_OFF}'")

    @contextlib.contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[None]:
        """All or nothing; with `keep` false the work is done and then taken back."""
        self.run("begin transaction")
        try:
            yield
        except BaseException:
            with contextlib.suppress(WarehouseFault):
                self.run("rollback")
            raise
        self.run("commit" if keep else "rollback")


def statements(sql: str) -> list[tuple[str, frozenset[str]]]:
    """Each statement's type ("SELECT") and the named parameters in it; raises WarehouseFault on a syntax error."""
    try:
        return [
            (statement.type.name.removesuffix("_STATEMENT"), frozenset(statement.named_parameters))
            for statement in _parser().extract_statements(sql)
        ]
    except duckdb.Error as error:
        raise _fault(error) from None


def tables_of(sql: str) -> frozenset[str]:
    """The tables a query reads, without its own CTEs; raises WarehouseFault on a syntax error."""
    try:
        # It takes no parameters; which number a setting has changes no table.
        return frozenset(_parser().get_table_names(re.sub(r"\$\w+", "0", sql)))
    except duckdb.Error as error:
        raise _fault(error) from None


@lru_cache(maxsize=1)
def _parser() -> duckdb.DuckDBPyConnection:
    """One connection that parses and never runs anything: opening it costs more than parsing."""
    return duckdb.connect(":memory:", config=_LOCKED_DOWN)


@contextlib.contextmanager
def open_for_writing(path: Path, *, wait_seconds: float = 10) -> Iterator[Warehouse]:
    """The database for the one process that may write; made, under a temporary name, when it is not there.

    Raises WorkspaceBusy, naming the process, when another one holds it longer than `wait_seconds`.
    """
    from partnerkpi.warehouse.direct import settle_all
    from partnerkpi.warehouse.facts import create_schema

    make_private_folder(path.parent)
    before = os.umask(0o077)
    try:
        if not path.exists():
            _create(path, create_schema)
        connection = _connect(path, _FOR_WRITING, wait_seconds)
        warehouse = Warehouse(connection)
        try:
            settle_all(warehouse)
            yield warehouse
        finally:
            warehouse.close()
    finally:
        os.umask(before)


@contextlib.contextmanager
def open_for_reading(path: Path, *, wait_seconds: float = 10) -> Iterator[Warehouse]:
    """The database for questions only: no files, no network, no settings can be touched through it.

    Raises InputMissing when nothing was ever taken in, WorkspaceBusy while a writer holds it too long.
    """
    if not path.exists():
        raise InputMissing(
            "No export has been taken in yet.",
            where=str(path),
            now="Put your exports into the folder `exports` of the workspace and run: partnerkpi ingest",
        )
    warehouse = _locked_down(path, wait_seconds)
    if warehouse.rows("select 1 from unsettled limit 1"):
        # A load was killed in its last moment: what it left to do is done on opening for writing.
        warehouse.close()
        with open_for_writing(path, wait_seconds=wait_seconds):
            pass
        warehouse = _locked_down(path, wait_seconds)
    try:
        yield warehouse
    finally:
        warehouse.close()


def _locked_down(path: Path, wait_seconds: float) -> Warehouse:
    connection = _connect(path, _LOCKED_DOWN, wait_seconds, read_only=True)
    connection.execute("set lock_configuration = true")
    return Warehouse(connection)


@contextlib.contextmanager
def scratch() -> Iterator[Warehouse]:
    """An empty database in memory with the tables of a new workspace, for checking queries before any data."""
    from partnerkpi.warehouse.facts import create_schema

    warehouse = Warehouse(duckdb.connect(":memory:", config=_LOCKED_DOWN))
    try:
        create_schema(warehouse)
        yield warehouse
    finally:
        warehouse.close()


def _create(path: Path, create_schema: Any) -> None:
    """A full disk while creating leaves a stub that never opens: so create beside it, then rename."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        warehouse = Warehouse(duckdb.connect(str(temporary)))
        try:
            create_schema(warehouse)
        finally:
            warehouse.close()
        if not path.exists():
            temporary.rename(path)
    except (OSError, duckdb.Error):
        raise ConfigurationError(
            "The database cannot be created.",
            where=str(path),
            now="Check that the folder is yours and that the disk is not full.",
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def _connect(
    path: Path, config: Mapping[str, Any], wait_seconds: float, *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=dict(config))
        except duckdb.Error as error:
            message = str(error)
            if "Could not set lock" not in message:
                raise ConfigurationError(
                    "The database cannot be opened.",
                    where=str(path),
                    now="Check that the file is yours and not damaged; a backup can be copied back in its place.",
                ) from None
            if time.monotonic() >= deadline:
                raise _busy(path, message) from None
        time.sleep(_RETRY_SECONDS)


def _busy(path: Path, message: str) -> WorkspaceBusy:
    holder = re.search(r"PID (\d+)", message)
    who = f"process {holder[1]}" if holder else "another process"
    return WorkspaceBusy(
        f"Another run holds the workspace: {who}.",
        where=str(path),
        now="Wait until it has finished and try again.",
    )
