"""Quarter marts in the database: reference tables written anew, then one table per mart query."""

from collections.abc import Mapping

from partnerkpi.models.reference import Reference
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.reference import write_reference


def partner_names(warehouse: Warehouse) -> list[tuple[str, str]]:
    """Every pair of partner and program as exports write them; the program is empty where they name none."""
    found = warehouse.rows("""
select partner, program from engagement
union
select partner, program from participants
union
select partner, '' from investments
union
select partner, '' from staff_training
union
select partner, program from surveys
order by 1, 2""")
    return [(str(partner), str(program)) for partner, program in found]


def facts_version(warehouse: Warehouse) -> str:
    """Changes whenever a load does."""
    return str(
        warehouse.value(
            "select coalesce(max(load_id), 0) || '/' || count(*) filter (where undone_at is null) from loads"
        )
    )


def marts_fingerprint(warehouse: Warehouse) -> str:
    """What the marts were built from; empty before the first time."""
    found = warehouse.rows("select fingerprint from marts")
    return str(found[0][0]) if found else ""


def build_marts(warehouse: Warehouse, queries: Mapping[str, str], reference: Reference, *, fingerprint: str) -> None:
    """Write every mart anew, all or none; `queries` are SELECTs by the name of their table, in order."""
    with warehouse.transaction():
        write_reference(warehouse, reference)
        for name, sql in queries.items():
            warehouse.run(f"create or replace table {name} as {sql}")
        warehouse.run("delete from marts")
        warehouse.run("insert into marts values ($fingerprint)", {"fingerprint": fingerprint})


def student_marts(warehouse: Warehouse) -> dict[str, frozenset[str]]:
    """Every stored mart that tells of students, with its columns; none while others stand before them."""
    found = warehouse.rows("""
select c.table_name, list(c.column_name)
from duckdb_columns() as c
join duckdb_tables() as t on t.table_oid = c.table_oid and t.database_name = c.database_name
where not t.temporary and not ends_with(c.table_name, '_rows') and not ends_with(c.table_name, '_history')
  and c.table_name not in (select view_name from duckdb_views() where temporary)
  and c.table_name not in (select table_name from duckdb_tables() where temporary)
group by c.table_name
having list_contains(list(c.column_name), 'student_id')
order by c.table_name""")
    return {str(name): frozenset(columns) for name, columns in found}


def shadow(warehouse: Warehouse, name: str, condition: str, parameters: Mapping[str, str] | None = None) -> None:
    """A temporary table with some rows of a stored one, which it hides."""
    warehouse.run(f"create temp table {name} as select * from {name} where {condition}", parameters)


def unshadow(warehouse: Warehouse, name: str) -> None:
    """Take a temporary table away, so that the stored one is seen again."""
    warehouse.run(f"drop table temp.{name}")
