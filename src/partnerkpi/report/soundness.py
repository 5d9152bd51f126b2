"""Whether the data is sound enough for a partner's report: no check of severity error may concern it."""

import datetime as dt
from collections.abc import Collection, Sequence

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ChecksFailed
from partnerkpi.measure.check_files import read_checks
from partnerkpi.measure.checks import Finding, run_checks
from partnerkpi.models.partner import Partner
from partnerkpi.warehouse import Warehouse


def require_sound_data(
    warehouse: Warehouse,
    workspace: Workspace,
    partners: Sequence[Partner],
    *,
    today: dt.date,
    quarters: Collection[int],
) -> None:
    """Raise ChecksFailed when a check of severity error concerns one of the partners in a quarter (by its id)."""
    found = run_checks(warehouse, read_checks(workspace, "error"), today=today, quarters=quarters)
    for partner in partners:
        concerning = [finding for finding in found if partner.id in finding.concerns]
        if concerning:
            raise _failed(concerning, partner)


def _failed(findings: list[Finding], partner: Partner) -> ChecksFailed:
    one = len(findings) == 1
    rows = [f"{finding.check}: {finding.concerns[partner.id]:,} of {finding.listed}" for finding in findings]
    return ChecksFailed(
        f"{'A data check stops' if one else f'{len(findings)} data checks stop'} the report of {partner.id}.",
        where="\n".join(rows),
        now=f"{' '.join(finding.advice for finding in findings)} Or let [checks] in partnerkpi.toml say that "
        f'{"it is" if one else "they are"} a "warning".',
    )
