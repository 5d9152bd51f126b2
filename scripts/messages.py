"""Brings a catalogue up to date with every text a board can say: scripts/messages.py src/partnerkpi/locale/es.po.

What is new is added without a translation, what nobody says any more is dropped, all translations stay. A text that
cannot be told from the source stops it: a board would then say what no catalogue was asked for.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import jinja2
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from said_in_python import SAYING, said_in_python

from partnerkpi.measure.catalogue import load_catalogue

ROOT = Path(__file__).parents[1]


def of_templates() -> Iterator[tuple[str, Path]]:
    """Every text that a template says, with the file."""
    environment = jinja2.Environment()
    for path in sorted((ROOT / "templates").rglob("*.j2")):
        for call in environment.parse(path.read_text("utf-8")).find_all(jinja2.nodes.Call):
            if isinstance(call.node, jinja2.nodes.Name) and call.node.name in SAYING:
                for text in _constants(call.args[0], path):
                    yield text, path


def _constants(node: jinja2.nodes.Node, path: Path) -> list[str]:
    match node:
        case jinja2.nodes.Const(value=str(text)):
            return [text]
        case jinja2.nodes.CondExpr(expr1=one, expr2=jinja2.nodes.Expr() as other):
            return [*_constants(one, path), *_constants(other, path)]
    sys.exit(f"{path}, line {node.lineno}: a template says texts in quotation marks only")


def of_kpis() -> Iterator[tuple[str, Path]]:
    """The name, the sentence and the definition of every shipped KPI, with its file."""
    for kpi in load_catalogue().kpis:
        yield from ((text, kpi.path) for text in (kpi.name, kpi.aloud, kpi.definition) if text)


def messages() -> dict[str, set[str]]:
    """Every text a board can say, and the files that say it, as they are named from the project's folder."""
    found: dict[str, set[str]] = {}
    for text, path in (*said_in_python(ROOT / "src" / "partnerkpi"), *of_templates(), *of_kpis()):
        found.setdefault(text, set()).add(path.relative_to(ROOT).as_posix())
    return found


def update(path: Path) -> int:
    """Write the catalogue anew where its texts are not those that are said; how many lack a translation."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    told = messages()
    template = Catalog()
    for text, files in told.items():
        template.add(text, locations=[(name, 0) for name in sorted(files)])
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    with path.open("wb") as file:
        write_po(file, _plain(catalogue), width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return sum(not message.string for message in catalogue if message.id)


def _plain(catalogue: Catalog) -> Catalog:
    """Without marks for formats: a percent sign in a text is one."""
    for message in catalogue:
        message.flags -= {"python-format", "python-brace-format"}
    return catalogue


if __name__ == "__main__":
    lacking = update(Path(sys.argv[1]))
    print(f"{lacking} texts lack a translation" if lacking else "every text has a translation")
