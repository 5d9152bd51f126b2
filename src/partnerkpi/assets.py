"""Where queries, templates and the sample district lie: workspace overlay, then package, then checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def shipped(kind: str) -> Path:
    """The folder of shipped assets of a kind ("queries/kpis", "templates", "sample_data").

    An installed wheel holds it inside the package; an editable install reads it from the checkout.
    """
    packaged = _PACKAGE / kind
    return packaged if packaged.is_dir() else _CHECKOUT / kind


def search_path(kind: str, workspace: Path | None = None) -> tuple[Path, ...]:
    """Folders of a kind that exist, the one that wins first."""
    overlay = () if workspace is None else (workspace / kind,)
    return tuple(folder for folder in (*overlay, shipped(kind)) if folder.is_dir())


def files(kind: str, suffix: str, workspace: Path | None = None) -> dict[str, Path]:
    """Every asset of a kind by its stem, in order of name; a workspace's file stands in for a shipped one."""
    found: dict[str, Path] = {}
    for folder in reversed(search_path(kind, workspace)):
        found |= {path.stem: path for path in folder.glob(f"*{suffix}") if path.is_file()}
    return dict(sorted(found.items()))
