"""One line for the ledger of what both sides put in, kept by hand in a CSV file and taken in as any export is."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from partnerkpi.config.editing import alone
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, ExportRefused, PartnerKpiError, UsageError
from partnerkpi.files import write_private
from partnerkpi.ingest import IngestOptions, ingest
from partnerkpi.measure.checks import Finding
from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.models.source_table import SOURCE_TABLES
from partnerkpi.partnership.edited import partner_and_file
from partnerkpi.records.roles import require_no_address
from partnerkpi.warehouse import open_for_reading

BY_HAND = "investments_by_hand.csv"
COLUMNS = ("partner", "side", "kind", "date", "plan", "amount", "quantity", "rate", "unit", "note", "evidence")
_FORMULA = ("=", "+", "-", "@")
_UNITS = {"fte": "FTE", "hours": "hour"}


@dataclass(frozen=True)
class Line:
    """What one side puts in on a day: dollars, or a quantity and what one of it is worth (None: as the rates say)."""

    side: str
    kind: str
    on: dt.date
    amount: float | None = None
    quantity: float | None = None
    rate: float | None = None
    planned: bool = False
    note: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Added:
    """The file, the line in it, the load it came in with (None in a plan), and notes."""

    path: Path
    line: str
    load: Load | None
    notes: tuple[str, ...]


@alone
def add_line(
    workspace: Workspace,
    wanted: str,
    line: Line,
    *,
    now: dt.datetime,
    found: Callable[[Finding], None] = lambda finding: None,
    plan: bool = False,
) -> Added:
    """Append a line to the file and take the file in; when it is refused the file is what it was.

    The file holds every line ever added, so what a day had before stays. Raises UsageError for a line that says
    nothing or is there already, ConfigurationError for a file without its header, ExportRefused as any ingest and when
    the line would not be counted.
    """
    partner, _ = partner_and_file(workspace, wanted)
    notes = _check(workspace, line)
    require_no_address((line.note, line.evidence), where="--note, --evidence")
    path = workspace.inbox / BY_HAND
    before = path.read_bytes() if path.exists() else None
    text, header = _read(path, before)
    row = _row(partner.id, line)
    _require_its_own_day(workspace, row)
    written = _csv([row[name] for name in header])
    if written in text.splitlines():
        raise UsageError(
            "This very line is there already.",
            where=f"{path}: {written}",
            now="If it is another one, say with --note or --evidence what is different.",
        )
    if plan:
        return Added(path, written, None, tuple(notes))
    latest = _latest_load(workspace)
    write_private(path, f"{text}{written}\n".encode())
    try:
        load = ingest(workspace, [path], now=now, options=IngestOptions(dialect="plain"), found=found)[0]
        if load.status is LoadStatus.REFUSED:
            raise ExportRefused(load.reason, where=load.where, now=load.advice)
        if load.status is LoadStatus.UNCHANGED and (load.load or 0) > latest:
            notes.append("another run has found the file first and taken the line in")
        elif load.status is LoadStatus.UNCHANGED:
            raise ExportRefused(
                "The file with this line has been taken in before, and the line taken out since: it would not count.",
                where=f"{path}, load {load.load}",
                now="Say with --note or --evidence that it is there again.",
            )
    except PartnerKpiError:
        _put_back(path, before)
        raise
    return Added(path, written, load, tuple(notes))


def _check(workspace: Workspace, line: Line) -> list[str]:
    """Notes about a line that can be; raises UsageError for one that cannot."""
    columns = SOURCE_TABLES["investments"].columns
    for name, word in (("side", line.side), ("kind", line.kind)):
        known = next(column.choices for column in columns if column.name == name)
        if word not in known:
            raise UsageError(
                f"There is no {name} {word}.", where=f"known: {', '.join(known)}", now=f"Name one with --{name}."
            )
    numbers = [number for number in (line.amount, line.quantity, line.rate) if number is not None]
    money, counted = line.amount is not None, line.quantity is not None
    if money == counted or (line.rate is not None and not counted) or any(not 0 < number < 1e10 for number in numbers):
        raise UsageError(
            "How much it is does not come out.",
            where="--amount, or --quantity with or without --rate; more than nothing",
            now="Name dollars (--amount 1250), or a quantity and what one is worth (--quantity 0.5 --rate 18200).",
        )
    finer = [number for number in numbers if round(number, 2) != number]
    if finer:
        raise UsageError(
            f"{finer[0]} has more than two decimals.",
            where="--amount, --quantity and --rate are kept in hundredths",
            now="Name cents and hundredths of a unit, rounded as you would have it: 12.50, 0.13.",
        )
    notes = []
    if workspace.settings.calendar().year_of(line.on) is None:
        notes.append(f"{line.on} is outside the school years in partnerkpi.toml: no figure counts it")
    if counted and line.rate is None:
        hours = "an hour without a rate is worth the value of a volunteer's hour on that day"
        notes.append(hours if line.kind == "hours" else "without --rate it is worth no dollars")
    return notes


def _row(partner_id: str, line: Line) -> dict[str, str]:
    """The cells by column. The partner stands by its id, which no rename changes and no other export uses."""
    return {
        "partner": partner_id,
        "side": line.side,
        "kind": line.kind,
        "date": line.on.isoformat(),
        "plan": "planned" if line.planned else "actual",
        "amount": _number(line.amount),
        "quantity": _number(line.quantity),
        "rate": _number(line.rate),
        "unit": _UNITS.get(line.kind, "") if line.quantity is not None else "",
        "note": guarded(line.note),
        "evidence": guarded(line.evidence),
    }


def guarded(text: str) -> str:
    """A text in one line that no spreadsheet takes for a formula."""
    plain = " ".join(text.split())
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def unguarded(text: str) -> str:
    """As it was typed."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _read(path: Path, content: bytes | None) -> tuple[str, list[str]]:
    """The text up to here, ended by a new line, and its header; raises ConfigurationError."""
    if not content:
        return f"{','.join(COLUMNS)}\n", list(COLUMNS)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        header = next(csv.reader(io.StringIO(text)), [])
    except (UnicodeDecodeError, csv.Error):
        header = []
    if sorted(name.strip().lower() for name in header) != sorted(COLUMNS):
        raise ConfigurationError(
            "The file of investments kept by hand has not its own header.",
            where=f"{path}, line 1",
            now=f"Let its first line be {','.join(COLUMNS)}, in any order, with commas and in UTF-8.",
        )
    return text if text.endswith("\n") else f"{text}\n", [name.strip().lower() for name in header]


def _csv(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()


def _require_its_own_day(workspace: Workspace, row: dict[str, str]) -> None:
    """Another export that speaks for the same day would be replaced by this one; raises UsageError."""
    if not workspace.database.exists():
        return
    with open_for_reading(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds) as warehouse:
        files = warehouse.rows(
            "select distinct l.file from investments as i join loads as l on l.load_id = i.load_id "
            "where i.partner = $partner and i.date = cast($date as date) and i.plan = $plan",
            {name: row[name] for name in ("partner", "date", "plan")},
        )
    others = [str(file) for (file,) in files if Path(str(file)).name != BY_HAND]
    if others:
        raise UsageError(
            f"Another export speaks for what {row['partner']} put in on that day, and this line would take its place.",
            where=", ".join(others),
            now="Add the line to that export, or name another day with --on.",
        )


def _latest_load(workspace: Workspace) -> int:
    if not workspace.database.exists():
        return 0
    with open_for_reading(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds) as warehouse:
        return int(warehouse.value("select coalesce(max(load_id), 0) from loads"))


def _put_back(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    else:
        write_private(path, before)
