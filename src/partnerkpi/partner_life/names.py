"""A partner gets another name or another owner, pauses, goes on or ends."""

import tomlkit

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.models.partner import Change, ChangeKind, Partner
from partnerkpi.partner_life.editing import Edited, When, carry_out, log, require_may_change
from partnerkpi.records.edit import entries, entry
from partnerkpi.records.holdings import plain
from partnerkpi.records.partners import find_partner, goes_by, read_partners
from partnerkpi.records.roles import require_no_address


def rename(
    workspace: Workspace, partner_id: str, name: str, when: When, *, owner: str = "", plan: bool = False
) -> tuple[Edited, ...]:
    """Another name from a day on; exports may go on using the old one. With an `owner`: because it was acquired."""
    partner = find_partner(read_partners(workspace.partners), partner_id)
    require_may_change(partner, when)
    require_no_address([name], where="the new name")
    name = " ".join(name.split())
    if not plain(name) or name == partner.name:
        raise UsageError(
            f"{partner.id} is called {partner.name} already."
            if plain(name)
            else "The new name has no letter or digit.",
            where=f"partners/{partner.id}.toml, name",
            now="Give another name.",
        )
    what = f'Renamed from "{partner.name}" to "{name}".'
    if owner:
        what = f'Acquired by {owner}; "{partner.name}" is now "{name}".'
    kind = ChangeKind.ACQUIRED if owner else ChangeKind.RENAMED
    new = () if goes_by(partner, name) else (name,)

    def edit(document: tomlkit.TOMLDocument) -> None:
        entries(document, "formerly").append(entry({"name": partner.name, "until": when.on}))
        document["name"] = name
        log(document, Change(when.on, kind, what, when.reason, names=new))

    return carry_out(workspace, [(partner.id, edit)], plan=plan)


def acquire(
    workspace: Workspace, partner_id: str, owner: str, when: When, *, name: str = "", plan: bool = False
) -> tuple[Edited, ...]:
    """Another owner from a day on, with or without another name; everything else stays."""
    partner = find_partner(read_partners(workspace.partners), partner_id)
    owner = " ".join(owner.split())
    require_no_address([owner], where="--by")
    if not plain(owner) or plain(owner) == plain(partner.id):
        raise UsageError(
            "A partner cannot be acquired by itself." if plain(owner) else "The new owner has no name.",
            where="--by",
            now="Name the company that has acquired it.",
        )
    if name:
        return rename(workspace, partner_id, name, when, owner=owner, plan=plan)
    return _logged(workspace, partner, ChangeKind.ACQUIRED, f"Acquired by {owner}.", when, plan=plan)


def pause(workspace: Workspace, partner_id: str, when: When, *, plan: bool = False) -> tuple[Edited, ...]:
    """No boards of quarters that lie wholly in the pause; data is taken in and counted as always."""
    partner = find_partner(read_partners(workspace.partners), partner_id)
    turn = partner.turn_on(when.on)
    if turn is not None and turn.kind is ChangeKind.PAUSED:
        raise _not_so(partner, f"is paused already, since {turn.on}", f"partnerkpi partner resume {partner.id}")
    return _logged(workspace, partner, ChangeKind.PAUSED, "Paused.", when, plan=plan)


def resume(workspace: Workspace, partner_id: str, when: When, *, plan: bool = False) -> tuple[Edited, ...]:
    """Under way again after a pause."""
    partner = find_partner(read_partners(workspace.partners), partner_id)
    require_may_change(partner, when)
    turn = partner.turn_on(when.on)
    if turn is None or turn.kind is not ChangeKind.PAUSED:
        raise _not_so(partner, f"is not paused on {when.on}", f"partnerkpi partner history {partner.id}")
    return _logged(workspace, partner, ChangeKind.RESUMED, "Under way again.", when, plan=plan)


def end(workspace: Workspace, partner_id: str, when: When, *, plan: bool = False) -> tuple[Edited, ...]:
    """The partnership is over from that day on; its boards of the past stay."""
    partner = find_partner(read_partners(workspace.partners), partner_id)
    return _logged(workspace, partner, ChangeKind.ENDED, "The partnership has ended.", when, plan=plan)


def _logged(
    workspace: Workspace, partner: Partner, kind: ChangeKind, what: str, when: When, *, plan: bool
) -> tuple[Edited, ...]:
    require_may_change(partner, when)
    change = Change(when.on, kind, what, when.reason)
    return carry_out(workspace, [(partner.id, lambda document: log(document, change))], plan=plan)


def _not_so(partner: Partner, what: str, command: str) -> UsageError:
    return UsageError(
        f"{partner.id} {what}.", where=f"partners/{partner.id}.toml, [[changes]]", now=f"See or change that: {command}"
    )
