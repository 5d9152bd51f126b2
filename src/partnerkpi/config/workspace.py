"""The workspace: the folder a district keeps everything in, and where each thing lies."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from partnerkpi.errors import ConfigurationError

if TYPE_CHECKING:
    from partnerkpi.config.settings import Settings

SETTINGS_FILE = "partnerkpi.toml"
_KEY_BYTES = 32


@dataclass(frozen=True)
class Workspace:
    """A workspace that has been found; its settings are read on first use."""

    root: Path

    @cached_property
    def settings(self) -> "Settings":
        """What partnerkpi.toml says; raises ConfigurationError with every mistake in it."""
        # Loaded on first use as well: where a workspace lies is known sooner.
        from partnerkpi.config.settings import Settings
        from partnerkpi.config.toml_file import read_toml

        return read_toml(self.root / SETTINGS_FILE, Settings)

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.root / "data" / "partnerkpi.duckdb"

    @property
    def inbox(self) -> Path:
        """Where exports are put; `ingest` without a path reads it."""
        return self.root / "exports"

    @property
    def partners(self) -> Path:
        """The folder of partner files."""
        return self.root / "partners"

    def key(self) -> bytes:
        """The secret that turns student numbers into pseudonyms.

        Raises ConfigurationError when it is missing: a new key would make every student a stranger.
        """
        path = self.root / "data" / "key"
        try:
            key = bytes.fromhex(path.read_text("ascii").strip())
            if len(key) < _KEY_BYTES:
                raise ValueError("too short")
            return key
        except (OSError, ValueError):
            raise ConfigurationError(
                "The key that turns student numbers into pseudonyms is missing or damaged.",
                where=str(path),
                now="Put it back from your backup; without it, data already taken in cannot be matched again.",
            ) from None


def find_workspace(start: Path, named: Path | None = None) -> Workspace:
    """The workspace named on the command line, else the nearest one from `start` upwards.

    Raises ConfigurationError when there is none.
    """
    if named is not None:
        if not (named / SETTINGS_FILE).is_file():
            raise ConfigurationError(
                f"This folder is not a workspace: it has no {SETTINGS_FILE}.",
                where=str(named),
                now="Name another folder with --workspace, or make one: partnerkpi init FOLDER --district NAME",
            )
        return Workspace(named.resolve())
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / SETTINGS_FILE).is_file():
            return Workspace(folder)
    raise ConfigurationError(
        "There is no workspace here.",
        where=f"{start.resolve()} and the folders above it",
        now="Go to your workspace, name it with --workspace FOLDER, or make one: "
        "partnerkpi init FOLDER --district NAME",
    )
