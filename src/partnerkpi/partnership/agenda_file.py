"""An agenda as a file: Markdown to edit, or a PDF to print."""

from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.files import write_private
from partnerkpi.models.agenda import Agenda, AgendaLine
from partnerkpi.render.pdf import render_agenda

FORMATS = ("md", "pdf")
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#~"})


def write_agenda(
    workspace: Workspace, agenda: Agenda, output_format: str, out: Path | None = None, *, plan: bool = False
) -> Path:
    """Write the agenda and say where it is: without `out` beside the boards of its quarter.

    Raises UsageError for an unknown format, ConfigurationError where the place cannot be written.
    """
    if output_format not in FORMATS:
        raise UsageError(
            f"There is no format called {output_format}{nearest(output_format, list(FORMATS))}.",
            where=f"known formats: {', '.join(FORMATS)}",
            now="Name one of these with --format.",
        )
    name = f"{agenda.partner_id}-agenda.{output_format}"
    target = workspace.root / "boards" / agenda.slug / name if out is None else out / name if out.is_dir() else out
    if plan:
        return target
    if output_format == "pdf":
        write_private(target, render_agenda(agenda, assets.search_path("templates", workspace.root)))
    else:
        write_private(target, agenda_text(agenda).encode())
    return target


def agenda_text(agenda: Agenda) -> str:
    """The agenda as Markdown; what people have written is escaped, so that it is read as it stands."""
    blocks = [f"# {_escaped(agenda.title)}", _escaped(agenda.intro)]
    for section in agenda.sections:
        blocks.append(f"## {_escaped(section.title)}")
        blocks.append("\n".join(_line(line) for line in section.lines) or _escaped(section.empty))
    blocks.append(f"---\n\n{_escaped(agenda.note)}")
    return "\n\n".join(blocks) + "\n"


def _line(line: AgendaLine) -> str:
    status = f"**{_escaped(line.status)}** " if line.status else ""
    return "\n".join([f"- {status}{_escaped(line.text)}", *(f"  - {_escaped(detail)}" for detail in line.details)])


def _escaped(text: str) -> str:
    return " ".join(text.split()).translate(_MARKS)
