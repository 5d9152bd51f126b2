"""The year's check-ins as a calendar file (RFC 5545) that any calendar takes in."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.models.partner import Partner
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.partnership.edited import partner_and_file

_AFTER = dt.timedelta(days=14)
_SATURDAY = 5
_MOST_OCTETS = 75


@dataclass(frozen=True)
class Meeting:
    """A meeting about a quarter that is over: planned by both sides (or held), or proposed by rule."""

    day: dt.date
    about: Quarter
    planned: bool


def meetings_of_year(partner: Partner, calendar: SchoolCalendar, *, today: dt.date) -> tuple[Meeting, ...]:
    """One meeting or more about each quarter, from the last one that has ended to the end of the school year.

    Held and planned; a planned day is that of the latest check-in, so that a meeting held earlier or later has moved.
    Where none is planned, two weeks after the quarter's end, on the next Monday when that is a weekend. A day that is
    over is not proposed.
    """
    now = calendar.ending_from(today)
    if now is None:
        return ()
    ended = [quarter for quarter in calendar.quarters if quarter.last_day < now.first_day][-1:]
    told = ended + [q for q in calendar.quarters if q.school_year == now.school_year and q.last_day >= now.last_day]
    days = sorted({each.on for each in partner.checkins} | ({partner.planned} if partner.planned else set()))
    found = []
    for quarter in told:
        until = next((q.last_day for q in calendar.quarters if q.first_day > quarter.last_day), dt.date.max)
        planned = [Meeting(day, quarter, True) for day in days if quarter.last_day < day <= until]
        proposed = _proposed(quarter)
        found += planned or ([Meeting(proposed, quarter, False)] if proposed >= today else [])
    return tuple(found)


def calendar_file(workspace: Workspace, wanted: str, *, today: dt.date) -> str:
    """The meetings of the school year as text with CRLF; the same meeting has the same UID every time.

    Raises UsageError when partnerkpi.toml knows no quarter to come.
    """
    partner, _ = partner_and_file(workspace, wanted)
    meetings = meetings_of_year(partner, workspace.settings.calendar(), today=today)
    if not meetings:
        raise UsageError(
            "There is no quarter to come, so there is no meeting to plan.",
            where="the school years in partnerkpi.toml",
            now="Add the next school year, with its quarters.",
        )
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//partnerkpi//check-ins//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH"]
    district, told = workspace.settings.district.name, dict[Quarter, int]()
    for meeting in meetings:
        told[meeting.about] = told.get(meeting.about, 0) + 1
        lines += _event(meeting, partner, district, told[meeting.about], today)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, each further one after a blank (RFC 5545, section 3.1)."""
    pieces, piece, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _MOST_OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + octets
    return "\r\n".join([*pieces, piece])


def _proposed(quarter: Quarter) -> dt.date:
    day = quarter.last_day + _AFTER
    return day + dt.timedelta(days=7 - day.weekday()) if day.weekday() >= _SATURDAY else day


def _event(meeting: Meeting, partner: Partner, district: str, ordinal: int, today: dt.date) -> list[str]:
    about = meeting.about
    name = hashlib.sha256(f"{district}\n{partner.id}\n{about.slug}\n{ordinal}".encode()).hexdigest()[:32]
    said = f"About {about.label} ({about.first_day} to {about.last_day})."
    said += "" if meeting.planned else " Proposed: two weeks after the end of the quarter."
    said += f"\nThe agenda: partnerkpi checkin prepare {partner.id} --period {about.slug}"
    return [
        "BEGIN:VEVENT",
        f"UID:{name}@partnerkpi",
        f"DTSTAMP:{today:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{meeting.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{meeting.day + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(f'Check-in: {district} and {partner.name_on(meeting.day)}')}",
        f"DESCRIPTION:{_text(said)}",
        f"STATUS:{'CONFIRMED' if meeting.planned else 'TENTATIVE'}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
    ]


def _text(text: str) -> str:
    """As RFC 5545, section 3.3.11 wants it."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text
