"""The kinds of groups that results can be broken down by."""

from partnerkpi.config.toml_file import nearest
from partnerkpi.errors import UsageError
from partnerkpi.measure.dose import BY_HOURS
from partnerkpi.warehouse import Warehouse


def group_kinds(warehouse: Warehouse) -> tuple[str, ...]:
    """What `measure(by=...)` knows in this database: "school", "grade_level", "group_*", as far as a roster says.

    And always "hours" of engagement, and the "kind" of an investment.
    """
    found = warehouse.rows("select distinct group_by from student_groups order by 1")
    return (*(str(row[0]) for row in found), BY_HOURS, "kind")


def require_group_kinds(warehouse: Warehouse, wanted: tuple[str, ...]) -> None:
    """Raise UsageError for a kind of group that no student has, with the nearest one that some have."""
    known = group_kinds(warehouse) if wanted else ()
    for kind in wanted:
        if kind not in known:
            raise UsageError(
                f"Students are not grouped by {kind}{nearest(kind, list(known))}.",
                where=f"known groups: {', '.join(known)}",
                now="Name one of these with --by; every column group_* of the roster of students is one.",
            )
