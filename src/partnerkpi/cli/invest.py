"""`partnerkpi invest ...`: what both sides put in."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from partnerkpi.cli.console import put, put_json, put_table, say
from partnerkpi.cli.edits import PartnerArgument
from partnerkpi.cli.loads import INTERNAL
from partnerkpi.cli.options import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from partnerkpi.partnership.ledger import Ledger

invest_app = typer.Typer(help="Keep the ledger of what both sides put in.", no_args_is_help=True)
_LINES = ("date", "plan", "side", "kind", "dollars", "quantity", "worth", "note", "evidence", "file")
_BALANCES = ("school_year", "plan", "partner", "district", "difference", "told")


@invest_app.command()
def add(
    partner: PartnerArgument,
    side: Annotated[str, typer.Option("--side", metavar="SIDE", help="Who puts it in: partner or district.")],
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="fte, hours, cash, in_kind, space or stipend.")],
    on: Annotated[dt.datetime, typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="Of which day.")],
    amount: Annotated[float | None, typer.Option("--amount", metavar="DOLLARS", help="Its worth in dollars.")] = None,
    quantity: Annotated[float | None, typer.Option("--quantity", metavar="NUMBER", help="FTE, hours, ...")] = None,
    rate: Annotated[float | None, typer.Option("--rate", metavar="DOLLARS", help="What one of it is worth.")] = None,
    planned: Annotated[bool, typer.Option("--planned", help="Planned, and not yet put in.")] = False,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What it is; roles, no names.")] = "",
    evidence: Annotated[str, typer.Option("--evidence", metavar="TEXT", help="What proves it: payroll, invoice.")] = "",
    plan: Annotated[bool, typer.Option("--plan", help="Print the line, and write nothing.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Add a line to exports/investments_by_hand.csv and take the file in.

    Example: partnerkpi invest add hospital --side partner --kind cash --on 2026-11-02 --amount 1250 --note "Lab coats"
    """
    from partnerkpi.cli.loads import say_load
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partnership.investing import Line, add_line

    line = Line(side, kind, on.date(), amount, quantity, rate, planned, note, evidence)
    found = find_workspace(Path.cwd(), workspace)
    added = add_line(found, partner, line, now=dt.datetime.now(), found=lambda each: say(str(each)), plan=plan)
    for told in added.notes:
        say(f"note: {told}")
    if added.load is None:
        say(f"would be added to {added.path}:")
        put(added.line)
        return
    say_load(added.load)
    put(str(added.path))


@invest_app.command("list")
def list_investments(partner: PartnerArgument, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List what both sides put in, planned and actual, and how equal it is. Exact, so not for release.

    Example: partnerkpi invest list hospital --json
    """
    from dataclasses import asdict

    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partnership.ledger import read_ledger

    ledger = read_ledger(find_workspace(Path.cwd(), workspace), partner)
    if as_json:
        balances = [{**asdict(each), "difference": each.difference, "told": each.told} for each in ledger.balances]
        lines = [asdict(line) for line in ledger.lines]
        put_json(
            {
                "schema": "partnerkpi.investments/1",
                "notice": INTERNAL,
                "partner": ledger.partner,
                "lines": lines,
                "balances": balances,
            }
        )
    elif ledger.lines:
        _put_ledger(ledger)
    else:
        say(f"Nothing is on record. Add a line: partnerkpi invest add {ledger.partner} --side partner --kind cash ...")


def _put_ledger(ledger: "Ledger") -> None:
    lines = [
        {**vars(line), "dollars": f"{line.dollars:,.2f}", "quantity": _short(line.quantity)} for line in ledger.lines
    ]
    put(INTERNAL)
    put("")
    put_table(lines, {name: name for name in _LINES})
    put("")
    balances = [
        {
            "school_year": each.school_year,
            "plan": each.plan,
            "partner": f"{each.partner:,.2f}",
            "district": f"{each.district:,.2f}",
            "difference": "" if each.difference is None else f"{100 * each.difference:.1f}%",
            "told": each.told,
        }
        for each in ledger.balances
    ]
    put_table(balances, {name: name.replace("_", " ").replace("told", "balance") for name in _BALANCES})
    for each in ledger.balances[:1]:
        say(f"About equal: the sides differ by at most {100 * each.tolerance:g}% of what both put in.")


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
