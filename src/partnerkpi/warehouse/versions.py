"""What every table rests on: a version of each, which is another one when its rows may be others.

Marts and data checks are queries; one whose tables have the versions they had is not asked again. What stands here is
no fact: it may be lost at any time.
"""

import hashlib
from collections.abc import Mapping

from partnerkpi.models.source_table import SOURCE_TABLES
from partnerkpi.warehouse.connection import Warehouse, tables_of

_TABLE = "create table if not exists table_versions (name varchar not null, version varchar not null)"
# The one view that is no source table itself.
_GROUPS = "student_group_values"


def digest(*parts: object) -> str:
    """A short text that tells whether anything of this is different."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def facts_version(warehouse: Warehouse) -> str:
    """Changes whenever a load does."""
    return str(
        warehouse.value(
            "select coalesce(max(load_id), 0) || '/' || count(*) filter (where undone_at is null) from loads"
        )
    )


def source_versions(warehouse: Warehouse) -> dict[str, str]:
    """Of every source table: its last load, and how many of its loads count."""
    found = warehouse.rows(
        "select source_table, max(load_id), count(*) filter (where undone_at is null) from loads group by source_table"
    )
    versions = dict.fromkeys(SOURCE_TABLES, "0/0")
    versions |= {str(name): f"{last}/{count}" for name, last, count in found}
    return {**versions, _GROUPS: versions["students"]}


def version_of(sql: str, versions: Mapping[str, str], facts: str) -> str:
    """Of what a query gives; a table nobody has a version of may change with any load."""
    return digest(sql, [(name, versions.get(name, facts)) for name in sorted(tables_of(sql))])


def kept_versions(warehouse: Warehouse) -> dict[str, str]:
    """The versions that tables and marts had when the marts were last brought up to date; {} when nobody knows."""
    if not warehouse.has_table("table_versions"):
        return {}
    return {str(name): str(version) for name, version in warehouse.rows("select name, version from table_versions")}


def keep_versions(warehouse: Warehouse, versions: Mapping[str, str]) -> None:
    """Keep these instead of what was kept before."""
    warehouse.run(f"{_TABLE}; delete from table_versions")
    warehouse.run(
        "insert into table_versions select unnest($names::varchar[]), unnest($versions::varchar[])",
        {"names": list(versions), "versions": list(versions.values())},
    )


def forget_versions(warehouse: Warehouse) -> None:
    """From now on this connection knows of none: what it sees are not the facts of now."""
    warehouse.run("create temp table table_versions (name varchar not null, version varchar not null)")
