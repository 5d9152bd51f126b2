"""Taking one file in: it is one transaction, and ends as one `Load`."""

import contextlib
import datetime as dt
import errno
import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from partnerkpi.config.workspace import Workspace
from partnerkpi.dialects.recognise import Recognised
from partnerkpi.errors import ExportRefused, InputMissing
from partnerkpi.exports.decode import SAYS_ITSELF, encoding_of
from partnerkpi.exports.find import exports_in, find_export
from partnerkpi.exports.members import Export
from partnerkpi.exports.plain_text import PlainText, cells_at, plain_text
from partnerkpi.exports.refusal import printable, refused
from partnerkpi.exports.rows import Header, is_no_data, write_rows
from partnerkpi.exports.workbook import original_lines, sheets
from partnerkpi.files import not_writable
from partnerkpi.ingest.limits import check_limits
from partnerkpi.ingest.meter import COUNTING, LOOKING, LOOKING_THROUGH, READING, TAKING_IN, TAKING_IN_PLAIN, Meter
from partnerkpi.ingest.pseudonym import pseudonyms
from partnerkpi.ingest.snapshot import rules_fingerprint, with_day, with_year
from partnerkpi.ingest.understand import understand
from partnerkpi.models.dialect import Dialect, TableRule
from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.models.school_year import SchoolCalendar
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.direct import settle_all, unsettled_hidden
from partnerkpi.warehouse.intake import MeetsFacts, Provenance, Taken, take_in
from partnerkpi.warehouse.ledger import changes_of, known_bytes, mark_corrected, origin, same_bytes
from partnerkpi.warehouse.staging import Layout, NeedsCare, TextRows

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def nothing() -> None:
    """What comes after a file that is not the last one."""


@dataclass(frozen=True)
class IngestOptions:
    """How to take exports in. `plan` does everything on a copy of the database and keeps nothing.

    `school_year` and `as_of` are the year and the day of snapshots that do not say of when they are.
    """

    dialect: str | None = None
    school_year: str | None = None
    plan: bool = False
    as_of: dt.date | None = None


@dataclass(frozen=True)
class Intake:
    """What every file of one run shares."""

    workspace: Workspace
    warehouse: Warehouse
    dialects: dict[str, Dialect]
    options: IngestOptions
    now: dt.datetime
    key: bytes
    # Called inside the transaction of a file once its rows are in: the last file's brings the marts along.
    afterwards: Callable[[], object] = nothing
    meter: Meter = field(default_factory=lambda: Meter(lambda progress: None))
    hashed: dict[tuple[Path, str], Export] = field(default_factory=dict)
    understood: dict[Export, tuple[str, Header[Recognised]]] = field(default_factory=dict)

    @property
    def rules(self) -> list[TableRule]:
        return [rule for dialect in self.dialects.values() for rule in dialect.tables]

    def whole(self, file: Path, member: str) -> Export:
        """The file, or a member of an archive; hashed once. Raises as `find_export`."""
        if (file, member) not in self.hashed:
            found = find_export(file, self.workspace.settings.ingest.caps(), member)
            size = max(found.size, 1)
            self.hashed[file, member] = replace(found, heard=lambda count: self.meter.within(count / size))
        return self.hashed[file, member]

    def understand(self, export: Export) -> tuple[str, Header[Recognised]]:
        """The encoding and the header, found once. Raises as the function `understand`."""
        if export not in self.understood:
            self.understood[export] = understand(export, _rules_for(self, export))
        return self.understood[export]


def looks_new(intake: Intake, file: Path) -> bool:
    """Whether a file will, by its bytes and its header, be taken in; its rows may still decide otherwise."""
    try:
        names = exports_in(file, intake.workspace.settings.ingest.caps()).names
        exports = [export for name in names for export in sheets(intake.whole(file, name))]
        new = [export for export in exports if not known_bytes(intake.warehouse, export.sha256)]
        return bool([intake.understand(export) for export in new])
    except (ExportRefused, InputMissing, OSError):
        return False


def take_file(intake: Intake, file: Path) -> Iterator[Load]:
    """One load; of an archive one for each export in it, the first of which tells what was passed over."""
    name = str(file.relative_to(intake.workspace.root)) if file.is_relative_to(intake.workspace.root) else file.name
    intake.meter.begin(name)
    try:
        found = exports_in(file, intake.workspace.settings.ingest.caps())
        notices = (found.notice,) if found.notice else ()
        for member in found.names:
            at_last = intake if member == found.names[-1] else replace(intake, afterwards=nothing)
            for load in _take_member(at_last, file, member, f"{name}/{printable(member)}" if member else name):
                yield replace(load, notices=(*notices, *load.notices))
                notices = ()
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise not_writable(intake.workspace.database.parent, error) from None
        yield Load(
            name,
            LoadStatus.REFUSED,
            reason=f"This file cannot be read: {error.strerror}.",
            where=str(file),
            advice="See that the disk or the network drive it lies on is there, and run the command again.",
        )
    except (ExportRefused, InputMissing) as error:
        yield _refused_load(name, error)


def _take_member(intake: Intake, file: Path, member: str, name: str) -> Iterator[Load]:
    """One load; of a workbook of refused rows one for each sheet."""
    try:
        whole = intake.whole(file, member)
        with whole.unchanged():
            *first, last = sheets(whole)
            for export in first:
                yield _take_export(replace(intake, afterwards=nothing), export, name)
            yield _take_export(intake, last, name)
    except ExportRefused as error:
        yield _refused_load(name, error)


def _refused_load(name: str, error: ExportRefused | InputMissing) -> Load:
    return Load(name, LoadStatus.REFUSED, reason=error.what, where=error.where, advice=error.now)


def _take_export(intake: Intake, export: Export, name: str) -> Load:
    intake.meter.part(LOOKING)
    encoding, header = intake.understand(export)
    rule, rules, resolved_notices = _resolved(intake, export, header.match.rule)
    dialect = intake.dialects[rule.dialect]
    earlier = same_bytes(intake.warehouse, export.sha256, rules)
    if earlier is not None:
        reason = f"the same bytes were taken in as load {earlier}; nothing was done"
        return Load(name, LoadStatus.UNCHANGED, earlier, rule.dialect, rule.table.name, reason=reason)
    guessed = ""
    if encoding not in SAYS_ITSELF:
        encoding, guessed = encoding_of(export, dialect.encoding)
    provenance = Provenance(name, export.path.resolve(), export.sha256, export.size, rules, intake.now, export.corrects)
    taken = _take_rows(intake, export, encoding, header, rule, provenance)
    notices = [*resolved_notices, *([guessed] if guessed else [])]
    if header.match.ignored:
        ignored = header.match.ignored
        notices.append(f"{ignored} column{' is' if ignored == 1 else 's are'} not read")
    notices += _outside_calendar(intake.workspace.settings.calendar(), taken)
    return Load(
        name,
        LoadStatus.PLANNED if intake.options.plan else LoadStatus.LOADED,
        None if intake.options.plan else taken.load,
        rule.dialect,
        rule.table.name,
        taken.counts,
        taken.replaced,
        notices=tuple(notices),
        changes=changes_of(intake.warehouse, taken.load, rule.table) if intake.options.plan else None,
    )


def _rules_for(intake: Intake, export: Export) -> list[TableRule]:
    """Every rule; for a correction that of the load it corrects, row by row: it speaks for no slice."""
    if export.corrects is None:
        return intake.rules
    load = origin(intake.warehouse, export.corrects)
    if load is None:
        raise refused(
            export.place,
            f"it corrects load {export.corrects}, which is not there",
            now="Make a new workbook: partnerkpi quarantine --xlsx FILE",
        )
    own = [rule for rule in intake.rules if (rule.dialect, rule.table.name) == (load.dialect, load.table)]
    return [replace(rule, slice=(), span="") for rule in own]


def _resolved(intake: Intake, export: Export, rule: TableRule) -> tuple[TableRule, str, list[str]]:
    """The rule with what a snapshot leaves out filled in, the fingerprint of how the file is read, and notices."""
    options, today = intake.options, intake.now.date()
    year = intake.workspace.settings.calendar().year_of(today)
    rule, of_year = with_year(rule, export.place, named=options.school_year, today=year)
    fingerprint = rules_fingerprint(intake.dialects[rule.dialect], rule, options.as_of)
    corrected = None if export.corrects is None else origin(intake.warehouse, export.corrects)
    last_day = None if corrected is None else corrected.last_day
    rule, of_day = with_day(rule, named=options.as_of, corrected=last_day, today=today)
    return rule, fingerprint, [*of_year, *of_day]


def _take_rows(
    intake: Intake,
    export: Export,
    encoding: str,
    header: Header[Recognised],
    rule: TableRule,
    provenance: Provenance,
) -> Taken:
    """A plain file is read by the database itself, any other with care."""
    intake.meter.part(LOOKING_THROUGH)
    match, kinds = header.match, header.match.kinds_without_data()
    # A correction says itself which lines it is of; a line of a kind that is no data can look like any row.
    plain = plain_text(export, encoding, header) if export.corrects is None and not kinds else None
    if plain is not None and plain.lines > header.line:
        layout = _layout(export, encoding, header, plain)
        lines = plain.lines - header.line
        rows = TextRows(export.path, match.headers, match.groups, lines, (), plain.blank, layout)
        intake.meter.part(LOOKING_THROUGH, lines)
        with contextlib.suppress(NeedsCare):
            try:
                return _take_text(intake, export, rows, rule, provenance)
            except MeetsFacts:
                return _take_text(intake, export, rows, rule, provenance, match=True)
    required = _required_positions(match)
    text = intake.workspace.database.with_name(f".rows.{secrets.token_hex(6)}.csv")
    text.touch(mode=0o600)
    intake.meter.part(READING)
    try:
        positions = match.positions
        written = write_rows(export, encoding, header, positions=positions, required=required, target=text, kinds=kinds)
        rows = TextRows(text, match.headers, match.groups, written.rows, written.refused, written.non_data)
        intake.meter.part(READING, written.rows)
        return _take_text(intake, export, rows, rule, provenance)
    finally:
        text.unlink(missing_ok=True)


def _take_text(
    intake: Intake, export: Export, rows: TextRows, rule: TableRule, provenance: Provenance, *, match: bool = False
) -> Taken:
    """One transaction: the rows, the limits, what the load puts right, and what comes afterwards.

    A second one tidies up behind it.
    """
    pseudonymise = partial(pseudonyms, intake.key)
    begun = partial(intake.meter.part, TAKING_IN if rows.layout is None else TAKING_IN_PLAIN)
    with intake.warehouse.transaction():
        taken = take_in(intake.warehouse, rows, rule, provenance, pseudonymise=pseudonymise, begun=begun, match=match)
        intake.meter.part(COUNTING)
        if export.corrects is None:
            limits = intake.workspace.settings.ingest
            check_limits(intake.warehouse, export.place, provenance.file, rule, taken, limits)
        else:
            mark_corrected(intake.warehouse, export.corrects, by=taken.load, lines=original_lines(export))
        with unsettled_hidden(intake.warehouse):
            intake.afterwards()
        export.check_unchanged()
    settle_all(intake.warehouse)
    return taken


def _layout(export: Export, encoding: str, header: Header[Recognised], plain: PlainText) -> Layout:
    match, required = header.match, _required_positions(header.match)

    def no_data(lines: Collection[int]) -> list[int]:
        found = cells_at(export, encoding, header.delimiter, lines)
        return [line for line, cells in found.items() if is_no_data(cells, header.cells, required)]

    places = tuple(match.positions.index(position) for position in required)
    first_header = header.cells[match.positions[0]]
    return Layout(
        header.delimiter, plain.pieces, len(header.cells), match.positions, places, first_header, plain.ascii, no_data
    )


def _required_positions(match: Recognised) -> list[int]:
    places = dict(zip(match.headers, match.positions, strict=True))
    needed = {header for headers in match.rule.required_headers() for header in headers}
    return [position for header, position in places.items() if header in needed]


def _outside_calendar(calendar: SchoolCalendar, taken: Taken) -> list[str]:
    if taken.first_day is None or taken.last_day is None:
        return []
    if calendar.year_of(taken.first_day) and calendar.year_of(taken.last_day):
        return []
    return [
        f"its days ({taken.first_day} to {taken.last_day}) reach outside the school years in partnerkpi.toml; "
        "KPIs see only days inside"
    ]
