"""Drawing one board: made here, laid out in a process of its own, and written as one file."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.files import write_private
from partnerkpi.models.board import Audience, Board
from partnerkpi.models.school_year import Quarter
from partnerkpi.render import renderer, suffix

Warn = Callable[[str], None]


def unheard(_: str) -> None:
    """Where nobody listens."""


@dataclass(frozen=True)
class ReportOptions:
    """What to make: the quarter ("2026-27-Q1"; None: the latest that has ended and has data), format and place.

    `as_of` tells what was known at the end of a day; `audience` and `language` ("en", "es"; "": as the partner file
    or the workspace says) say for whom; `plan` does everything and writes nothing; `whole` refuses a page that a
    broken KPI file would leave a gap in.
    """

    period: str | None = None
    format: str = "pdf"
    out: Path | None = None
    as_of: dt.date | None = None
    plan: bool = False
    audience: str = Audience.EXECUTIVE.value
    language: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Drawn:
    """A board as it would be written: `content` to the file `path`."""

    board: Board
    path: Path
    content: bytes


def report(
    workspace: Workspace,
    partner_id: str,
    *,
    today: dt.date,
    options: ReportOptions | None = None,
    warn: Warn = unheard,
) -> Path:
    """Write the board of a partner, or without one the district's page, and say where it is.

    It is booked in the release ledger, unless it looks back.

    `warn` hears that the agreement with the partner ends soon, before anything is written.

    Raises UsageError for an unknown partner, period, audience, language or format, InputMissing without data,
    ChecksFailed when the data is not sound, PrivacyRefused when the agreement with the partner is not in force,
    DoesNotFit when the page cannot be one page or takes too long,
    ConfigurationError when the process that lays it out does not start or dies; in each case nothing is written.
    """
    options = options or ReportOptions()
    drawn = draw(workspace, partner_id, today=today, options=options, warn=warn)
    if not options.plan:
        publish(workspace, drawn, today=today, options=options)
    return drawn.path


def draw(
    workspace: Workspace, partner_id: str, *, today: dt.date, options: ReportOptions, warn: Warn = unheard
) -> Drawn:
    """The board of a partner, laid out; nothing is written. Raises as `report`."""
    with renderer(options.format, assets.search_path("templates", workspace.root)) as rendered:
        # What it loads takes as long as what the renderer loads: both at the same time.
        from partnerkpi.report.district import make_any_board

        board, quarter = make_any_board(
            workspace,
            partner_id,
            today=today,
            period=options.period,
            as_of=options.as_of,
            audience=options.audience,
            language=options.language,
            whole=options.whole,
        )
        _warn(workspace, partner_id, min(today, options.as_of or today), warn)
        target = _target(workspace, board, quarter, options)
        return Drawn(board, target, rendered(board, workspace.settings.board.render_seconds))


def publish(workspace: Workspace, drawn: Drawn, *, today: dt.date, options: ReportOptions) -> None:
    """Write a board that was drawn, and book it in the release ledger unless it looks back."""
    from partnerkpi.report.address import booked

    if options.as_of is not None:
        write_private(drawn.path, drawn.content)
        return
    with booked(workspace, drawn.board, drawn.content, suffix=options.format, day=today):
        write_private(drawn.path, drawn.content)


def _warn(workspace: Workspace, partner_id: str, day: dt.date, warn: Warn) -> None:
    from partnerkpi.records.partners import find_partner, read_partners
    from partnerkpi.report.agreement import agreement_line, standing_on

    partners = read_partners(workspace.partners)
    for partner in [find_partner(partners, partner_id)] if partner_id else partners:
        if line := agreement_line(standing_on(partner, day)):
            warn(line)


def _target(workspace: Workspace, board: Board, quarter: Quarter, options: ReportOptions) -> Path:
    """Where it goes: the usual board under the partner's id, others with their audience and language in the name."""
    words = [board.partner_id or "district"]
    words += [board.audience.value] if board.audience is not Audience.EXECUTIVE else []
    words += [options.language] if options.language else []
    name = f"{'-'.join(words)}.{suffix(options.format)}"
    if options.out is None:
        return workspace.root / "boards" / quarter.slug / name
    return options.out / name if options.out.is_dir() else options.out
