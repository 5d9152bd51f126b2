"""What was checked and found in order, so that not every report checks all of it again.

KPI files that were checked against the marts of this database, and data checks that found no row in it. What stands
here is no fact: it may be lost at any time.
"""

from collections.abc import Collection, Mapping

from partnerkpi.warehouse.connection import Warehouse

_TABLES = """
create table if not exists checked_kpis (fingerprint varchar not null, columns varchar[] not null);
create table if not exists clean_checks (fingerprint varchar not null);
"""


def checked_kpis(warehouse: Warehouse) -> dict[str, frozenset[str]]:
    """By fingerprint the columns of every KPI file that was checked; none in a database from before they were kept."""
    if not warehouse.has_table("checked_kpis"):
        return {}
    rows = warehouse.rows("select fingerprint, columns from checked_kpis")
    return {str(fingerprint): frozenset(columns) for fingerprint, columns in rows}


def clean_checks(warehouse: Warehouse) -> frozenset[str]:
    """The fingerprints of data checks that found nothing."""
    if not warehouse.has_table("clean_checks"):
        return frozenset()
    return frozenset(str(row[0]) for row in warehouse.rows("select fingerprint from clean_checks"))


def keep_checked(
    warehouse: Warehouse, kpis: Mapping[str, Collection[str]], clean: Collection[str] | None = None
) -> None:
    """Keep the columns of these KPI files, by fingerprint, and these clean checks, instead of what was kept before.

    Without `clean` the checks that were kept stay.
    """
    with warehouse.transaction():
        if dict(kpis) != checked_kpis(warehouse):
            warehouse.run(f"{_TABLES} delete from checked_kpis")
            unnested = "unnest($found::varchar[]), unnest($columns::varchar[][])"
            values = {"found": list(kpis), "columns": [sorted(each) for each in kpis.values()]}
            warehouse.run(f"insert into checked_kpis select {unnested}", values)
        if clean is not None and frozenset(clean) != clean_checks(warehouse):
            warehouse.run(f"{_TABLES} delete from clean_checks")
            warehouse.run("insert into clean_checks select unnest($found::varchar[])", {"found": sorted(clean)})
