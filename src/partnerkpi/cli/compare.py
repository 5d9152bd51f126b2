"""`partnerkpi compare`: a partner's students beside similar ones, for the district alone."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from partnerkpi.cli.console import put_json
from partnerkpi.cli.options import JsonOption, WorkspaceOption


def compare(
    partner: Annotated[str, typer.Option("--partner", metavar="ID", help="Whose students, as in partners/ID.toml.")],
    program: Annotated[
        str | None, typer.Option("--program", metavar="ID", help="One program; without it, the whole partner.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="QUARTER", help="As 2026-27-Q1; without it, the latest that has ended."),
    ] = None,
    kpi: Annotated[
        list[str] | None,
        typer.Option("--kpi", metavar="ID", help="A KPI, as `kpi list` names it; may be given again. Without it, all."),
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Compare a partner's students with similar students. Internal: what it prints is not for release.

    Similar students are of the same school, grade level, and bands of last year's attendance and GPA. Where they are
    too few or too different nothing is said of them. It is no proof of cause.

    Example: partnerkpi compare --partner hospital --period 2026-27-Q1 --kpi chronic_absence
    """
    from partnerkpi.cli.compared import document, show
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.report.compare import CompareOptions, compare_cohort

    found = find_workspace(Path.cwd(), workspace)
    options = CompareOptions(program, period, tuple(kpi or ()))
    compared = compare_cohort(found, partner, today=dt.date.today(), options=options)
    if as_json:
        put_json(document(compared))
    else:
        show(compared)
