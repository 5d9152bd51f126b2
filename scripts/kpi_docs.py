"""Writes the page about every shipped KPI from the headers of their files: scripts/kpi_docs.py docs/kpis.md."""

import datetime as dt
import sys
from pathlib import Path

from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.rates import read_rates
from partnerkpi.models.kpi import Domain, Kpi, with_values
from partnerkpi.models.reference import rates_on

_INTRODUCTION = (
    "# The KPIs\n\n"
    "Made from the headers of `queries/kpis/*.sql` by `make kpi-docs`: change a definition there. Numbers in a "
    "definition that a district may set, in its `partnerkpi.toml`, are the defaults here; the board prints those in "
    "force. `partnerkpi kpi show ID` and `partnerkpi kpi sql ID` say more, [KPI files](kpi-files.md) how to add one.\n"
)
_COLUMNS = ("KPI", "unit", "better", "window", "definition", "source")


def page(kpis: tuple[Kpi, ...]) -> str:
    """The whole page: a table for each domain that has KPIs, in the order of the board."""
    of_domain = {domain: [kpi for kpi in kpis if kpi.domain is domain] for domain in Domain}
    tables = [_table(domain, found) for domain, found in of_domain.items() if found]
    return "\n".join([_INTRODUCTION, *tables])


def _table(domain: Domain, kpis: list[Kpi]) -> str:
    lines = [f"## {domain.value.capitalize()}", "", _line(_COLUMNS), "|" + "---|" * len(_COLUMNS)]
    return "\n".join([*lines, *(_line(_cells(kpi)) for kpi in kpis), ""])


def _cells(kpi: Kpi) -> tuple[str, ...]:
    rates = rates_on(read_rates(None), dt.date.max)
    definition = with_values(kpi.definition, {setting.name: setting.default for setting in kpi.settings} | rates)
    return f"{kpi.name} (`{kpi.id}`)", kpi.unit, kpi.better, kpi.window.value, definition, kpi.source


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    catalogue = load_catalogue()
    if catalogue.broken:
        sys.exit("\n".join(str(error) for error in catalogue.broken))
    Path(sys.argv[1]).write_text(page(catalogue.kpis), "utf-8")
