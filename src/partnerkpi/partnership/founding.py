"""A new partner in one go: the file, then for each goal without a baseline what the data publishes of it."""

from typing import Any

import tomlkit

from partnerkpi.config.editing import alone
from partnerkpi.config.workspace import Workspace
from partnerkpi.partnership.baseline import baseline_now
from partnerkpi.partnership.edited import Edited
from partnerkpi.partnership.goal_rules import Dated
from partnerkpi.partnership.vision import Founding, found_partner
from partnerkpi.records.edit import edit_partner, entries


@alone
def found_with_baselines(
    workspace: Workspace, partner_id: str, founding: Founding, *, day: Dated, plan: bool = False
) -> Edited:
    """As `found_partner`; the warehouse can tell of a partner only once its file is there, so baselines come after.

    In a plan they are left out, with a note. When they cannot be read the file is taken away again.
    """
    edited = found_partner(workspace, partner_id, founding, day=day, plan=plan)
    lacking = [words.kpi for words in founding.goals if words.baseline is None]
    if plan or not lacking:
        notes = [f"the baseline of {kpi} would be what is published of it" for kpi in lacking]
        return Edited(edited.path, edited.text, (*edited.notes, *notes))
    try:
        found = {kpi: baseline_now(workspace, partner_id, kpi, today=day.today) for kpi in lacking}
    except BaseException:
        edited.path.unlink()
        raise
    notes = [
        f"{kpi} has no baseline: nothing is published of it yet"
        if baseline is None
        else f"the baseline of {kpi} is what is published: {baseline.told}; correct it in {edited.path.name}"
        for kpi, baseline in found.items()
    ]

    def edit(document: tomlkit.TOMLDocument) -> None:
        for table in entries(document, "goals"):
            baseline = found.get(table["kpi"])
            if baseline is not None:
                values: dict[str, Any] = {
                    "baseline": baseline.value,
                    "baseline_period": baseline.period,
                    "baseline_students": baseline.students,
                }
                for key, value in values.items():
                    if value is not None:
                        table[key] = value

    return Edited(edited.path, edit_partner(edited.path, edit), (*edited.notes, *notes))
