"""What a command that edits a partner file gives back, and how it finds the file."""

from dataclasses import dataclass
from pathlib import Path

from partnerkpi.config.workspace import Workspace
from partnerkpi.models.partner import Partner
from partnerkpi.records.partners import find_partner, read_partners


@dataclass(frozen=True)
class Edited:
    """A file, its new text (not written in a plan), and what a person should know besides."""

    path: Path
    text: str
    notes: tuple[str, ...] = ()


def partner_and_file(workspace: Workspace, wanted: str) -> tuple[Partner, Path]:
    """The partner of this id or name, and its file; raises UsageError when there is none."""
    partner = find_partner(read_partners(workspace.partners), wanted)
    return partner, workspace.partners / f"{partner.id}.toml"
