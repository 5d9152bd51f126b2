"""KPI boards for school districts and their community partners, from CSV exports to one page."""

from typing import TYPE_CHECKING

from partnerkpi.version import __version__

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Callable

    from partnerkpi.api import OpenWorkspace

__all__ = ["__version__", "open_workspace"]


def open_workspace(
    path: "str | os.PathLike[str]", *, clock: "Callable[[], dt.datetime] | None" = None
) -> "OpenWorkspace":
    """The workspace in a folder, for notebooks and scripts; docs/python-api.md shows how to use it.

    `clock` says what time it is, by default the machine's. Raises ConfigurationError (`partnerkpi.errors`) when the
    folder has no partnerkpi.toml.
    """
    # What this loads takes longer than many a command: `import partnerkpi` stays cheap.
    from partnerkpi.api import opened

    return opened(path, clock)
