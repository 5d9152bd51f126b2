"""`partnerkpi explain` and `verify`: what a figure on a page is made of, and whether it still holds."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnerkpi.cli.console import put, put_json, put_table, say
from partnerkpi.cli.options import DistrictOption, JsonOption, PartnerOption, WorkspaceOption, whose

if TYPE_CHECKING:
    from partnerkpi.models.release import Release
    from partnerkpi.report.explain import Explained, Explanation
    from partnerkpi.report.verify import CheckedFigure, Verification

_SOURCE_COLUMNS = {
    "load": "load",
    "file": "file",
    "table": "table",
    "rows_in_file": "rows in file",
    "loaded": "used",
    "quarantined": "quarantined",
    "days": "days",
    "sha256": "sha256",
}
_CODE_COLUMNS = {"code": "code", "program": "program", "period": "period", "text": "on the page", "decision": "privacy"}
_VERDICT_COLUMNS = {"code": "code", "figure": "figure", "verdict": "verdict", "was": "was", "now": "now", "why": "why"}
_SHORT_HASH = 12
_CANNOT = 4


def explain(
    wanted: Annotated[str, typer.Argument(metavar="CODE|KPI", help="A code on the page, or the id of a KPI.")],
    partner: PartnerOption = None,
    district: DistrictOption = False,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="QUARTER", help="As 2026-27-Q1; without it, the latest that has ended."),
    ] = None,
    audience: Annotated[
        str, typer.Option("--audience", metavar="WHO", help="Whose page: executive, community or board.")
    ] = "executive",
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what a figure on a board is made of: definition, KPI file, settings, source files, and what privacy decided.

    It tells the figure as the page does, never finer. Rows are counted in steps; `partnerkpi loads` has the numbers.

    Example: partnerkpi explain A1 --partner hospital
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.report.explain import explain as look_up

    ours, today = find_workspace(Path.cwd(), workspace), dt.date.today()
    found = look_up(ours, wanted, whose(partner, district), today=today, period=period, audience=audience)
    if as_json:
        put_json(_explain_json(found))
        return
    first = found.figures[0]
    put(f"{first.kpi.name} ({first.kpi.unit}), {first.kpi.window}; {found.partner}, board of {found.period}")
    if len(found.figures) == 1:
        put(f"{first.release.code} on the page, {_about(first.release, found.partner_id)}: {first.release.text}")
        put(f"Privacy: {first.decision}.")
    _put_kpi(first)
    if len(found.figures) > 1:
        put("")
        rows = [{**_release_row(each.release), "decision": each.decision} for each in found.figures]
        put_table(rows, _CODE_COLUMNS if found.partner_id else {"code": "code", "partner": "partner", **_CODE_COLUMNS})
    put("")
    _put_sources(first)


def verify(
    board: Annotated[Path, typer.Argument(metavar="FILE", help="A PDF that `partnerkpi report` has written.")],
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Measure every figure of a written board again: which hold, which were restated and why, which cannot be checked.

    The exit code is 0 when every figure holds, else 4.

    Example: partnerkpi verify boards/2026-27-Q1/hospital.pdf
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.report.verify import Verdict
    from partnerkpi.report.verify import verify as check

    found = check(find_workspace(Path.cwd(), workspace), board, today=dt.date.today())
    if as_json:
        put_json(_verify_json(found))
    else:
        _put_verdicts(
            [_verdict_row(each, found.manifest.partner) for each in found.figures if each.verdict is not Verdict.HOLDS]
        )
        hold, restated, unchecked = (found.count(verdict) for verdict in Verdict)
        put(f"{hold} {'holds' if hold == 1 else 'hold'}, {restated} restated, {unchecked} cannot be checked")
    if found.published is None:
        say("This very file is not in the books: a copy that was changed, or a board drawn with --as-of or elsewhere.")
    if not found.holds:
        raise typer.Exit(_CANNOT)


def _about(release: "Release", board: str) -> str:
    """Whom a figure is about on the board of a partner ("": of the district), and when."""
    whom = release.population
    return ", ".join(filter(None, [whom.partner if whom.partner != board else "", whom.program, whom.period]))


def _put_kpi(explained: "Explained") -> None:
    kpi = explained.kpi
    put(f"Definition: {kpi.definition}")
    for step in kpi.settings:
        put(f"Setting: {step.name} = {step.value:g}{f' from {step.since}' if step.since else ''}")
    put(f"KPI file: {kpi.file} ({kpi.origin}), sha256 {kpi.sha256}")


def _put_sources(explained: "Explained") -> None:
    rows = [
        {
            "load": source.load,
            "file": source.file,
            "table": source.table,
            **vars(source.rows),
            "days": " to ".join(day for day in (source.first_day, source.last_day) if day),
            "sha256": source.sha256[:_SHORT_HASH] or "not told: a small file",
        }
        for source in explained.sources
    ]
    put_table(rows, _SOURCE_COLUMNS)


def _release_row(release: "Release") -> dict[str, Any]:
    return {**vars(release), "state": release.state.value, **vars(release.population)}


def _explain_json(found: "Explanation") -> dict[str, Any]:
    from dataclasses import asdict

    return {"schema": "partnerkpi.explain/1", **asdict(found)}


def _verdict_row(each: "CheckedFigure", board: str) -> dict[str, Any]:
    return {
        "code": each.release.code,
        "figure": f"{each.name}, {_about(each.release, board)}",
        "verdict": each.verdict.value,
        "was": each.release.text,
        "now": each.now,
        "why": each.why,
    }


def _put_verdicts(rows: list[dict[str, Any]]) -> None:
    """What does not hold; what keeps every figure from being checked is one reason and not a hundred."""
    reasons = {row["why"] for row in rows if not row["now"]}
    if len(rows) > 1 and len(reasons) == 1 and not any(row["now"] for row in rows):
        put(f"None of {len(rows)} figures: {reasons.pop()}.")
    elif rows:
        put_table(rows, _VERDICT_COLUMNS)


def _verify_json(found: "Verification") -> dict[str, Any]:
    manifest = found.manifest
    return {
        "schema": "partnerkpi.verify/1",
        "partner": manifest.partner,
        "period": manifest.period,
        "version": manifest.version,
        "tool": manifest.tool,
        "published": found.published,
        "holds": found.holds,
        "figures": [
            {**_verdict_row(each, manifest.partner), "kpi": each.release.kpi, "period": each.release.population.period}
            for each in found.figures
        ],
    }
