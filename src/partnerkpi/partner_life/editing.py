"""Carrying a change out: looked at as a whole before any file is written."""

import datetime as dt
import difflib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tomlkit

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.models.partner import Change, Partner
from partnerkpi.records.edit import edit_partner, entries, entry, write_edited, write_partner
from partnerkpi.records.partner_file import PartnerFile
from partnerkpi.records.partners import partner_of, read_partners, require_together
from partnerkpi.records.roles import require_no_address

Edit = Callable[[tomlkit.TOMLDocument], None]


@dataclass(frozen=True)
class When:
    """The first day on which a change holds, and why it came."""

    on: dt.date
    reason: str


@dataclass(frozen=True)
class Edited:
    """A partner file with its text before ("" for a new one) and after, and what a person should know besides."""

    path: Path
    before: str
    after: str
    notes: tuple[str, ...] = ()

    @property
    def difference(self) -> str:
        """What changes, line by line, as `diff -u` tells it."""
        lines = (self.before.splitlines(), self.after.splitlines())
        name = self.path.name
        return "\n".join(difflib.unified_diff(*lines, f"{name} now", f"{name} then", n=2, lineterm=""))


def carry_out(
    workspace: Workspace,
    edits: Sequence[tuple[str, Edit | Mapping[str, object]]],
    *,
    plan: bool,
    notes: Sequence[str] = (),
) -> tuple[Edited, ...]:
    """Edit partner files, by id, or make new ones from what they shall say, in this order; with `plan` write nothing.

    The `notes` go with the last of them.

    Raises ConfigurationError, and writes nothing, when a file would have a mistake or two partners the same name.
    """
    edited = [_edited(workspace.partners / f"{name}.toml", edit) for name, edit in edits]
    partners = {partner.id: partner for partner in read_partners(workspace.partners)}
    for each in edited:
        content = PartnerFile.model_validate(tomllib.loads(each.after))
        partners[each.path.stem] = partner_of(each.path.stem, content)
    require_together([partners[name] for name in sorted(partners)], workspace.partners)
    if not plan:
        for each in edited:
            write_edited(each.path, each.after)
    return (*edited[:-1], replace(edited[-1], notes=tuple(notes)))


def _edited(path: Path, edit: Edit | Mapping[str, object]) -> Edited:
    if callable(edit):
        return Edited(path, path.read_text("utf-8-sig"), edit_partner(path, edit, plan=True))
    return Edited(path, "", write_partner(path, edit, plan=True))


def log(document: tomlkit.TOMLDocument, change: Change) -> None:
    """Add a change to the partner's log."""
    entries(document, "changes").append(entry(change_values(change)))


def change_values(change: Change) -> dict[str, object]:
    """A change as `[[changes]]` says it."""
    return {
        "on": change.on,
        "kind": change.kind.value,
        "what": change.what,
        "reason": change.reason,
        "partner": change.partner,
        "programs": list(change.programs) or None,
        "renamed": _inline(dict(change.renamed)) if change.renamed else None,
        "names": list(change.names) or None,
    }


def _inline(values: Mapping[str, str]) -> tomlkit.items.InlineTable:
    table = tomlkit.inline_table()
    table.update(values)
    return table


def require_may_change(partner: Partner, when: When) -> None:
    """Raise UsageError when nothing can happen to the partner on that day any more, or no reason is given.

    Raises PrivacyRefused for a reason with an e-mail address.
    """
    where = f"partners/{partner.id}.toml"
    if not when.reason.strip():
        raise UsageError("The change has no reason.", where=where, now='Say why in a few words: --reason "..."')
    require_no_address([when.reason], where="--reason")
    turn = partner.turn_on(dt.date.max)
    state = partner.state_on(dt.date.max)
    if turn is not None and state in ("ended", "merged"):
        into = f" into {turn.partner}" if state == "merged" else ""
        now = f"Name {turn.partner} instead." if state == "merged" else "Describe a new partner: partnerkpi partner new"
        raise UsageError(
            f"{partner.id} has {'ended' if state == 'ended' else 'been merged'}{into} on {turn.on}; "
            "nothing can happen to it any more.",
            where=where,
            now=now,
        )
    days = [change.on for change in partner.changes] + [former.until for former in partner.formerly]
    if days and when.on < max(days):
        raise UsageError(
            f"{partner.id} has changed on {max(days)} already; {when.on} lies before that.",
            where=f"{where}, [[changes]] and [[formerly]]",
            now=f"Name that day or a later one: --on {max(days)}",
        )
