"""Quarter marts in the database: reference tables, then one table per mart query, each made anew when it has to be."""

from collections.abc import Mapping

from partnerkpi.models.reference import Reference
from partnerkpi.warehouse.connection import Warehouse, tables_of
from partnerkpi.warehouse.reference import write_reference
from partnerkpi.warehouse.renewal import Renewal, tells_of_students
from partnerkpi.warehouse.touched import forget_touched, touched_since
from partnerkpi.warehouse.versions import facts_version, keep_versions, kept_versions, source_versions, version_of


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


def marts_fingerprint(warehouse: Warehouse) -> str:
    """What the marts were built from; empty before the first time."""
    found = warehouse.rows("select fingerprint from marts")
    return str(found[0][0]) if found else ""


def build_marts(warehouse: Warehouse, queries: Mapping[str, str], reference: Reference, *, fingerprint: str) -> None:
    """Bring every mart up to date, all or none; `queries` are SELECTs by the name of their table, in order.

    A mart whose query and tables are what they were stays as it is; one in which students stand apart is made anew
    for those alone whose facts have changed, when they are few.
    """
    with warehouse.transaction():
        kept, facts = kept_versions(warehouse), facts_version(warehouse)
        versions = source_versions(warehouse) | write_reference(warehouse, reference, kept)
        renewal = Renewal(warehouse, touched_since(warehouse, kept))
        for name, sql in queries.items():
            query = versions[_query(name)] = version_of(sql, versions, facts)
            versions[name] = kept.get(name, "")
            if query == kept.get(_query(name)):
                continue
            changed = {table for table in tables_of(sql) if versions.get(table, facts) != kept.get(table, facts)}
            as_it_was = version_of(sql, {**versions, **kept}, facts) == kept.get(_query(name))
            if as_it_was and renewal.suits(name, sql, changed):
                renewal.renew(name, sql, changed)
            else:
                warehouse.run(f"create or replace table {name} as {_narrowed(warehouse, sql)}")
            # A mart without students is small: whether it has become another one shows in what is in it.
            versions[name] = query if tells_of_students(warehouse, name) else _content(warehouse, name)
        renewal.end()
        keep_versions(warehouse, versions)
        forget_touched(warehouse)
        warehouse.run("delete from marts")
        warehouse.run("insert into marts values ($fingerprint)", {"fingerprint": fingerprint})


def _narrowed(warehouse: Warehouse, sql: str) -> str:
    """The query with whole numbers of 63 bits: sums come as 127, take twice the room, and are added up more slowly."""
    wide = [name for name, kind in warehouse.columns(sql).items() if kind == "HUGEINT"]
    casts = ", ".join(f"cast({name} as bigint) as {name}" for name in wide)
    return f"select * replace ({casts}) from (\n{sql}\n)" if wide else sql


def _query(mart: str) -> str:
    """The name of what a mart was made of, among the versions; its own name stands for what is in it."""
    return f"(query of {mart})"


def _content(warehouse: Warehouse, mart: str) -> str:
    return str(warehouse.value(f"select count(*) || '/' || coalesce(sum(hash(m)), 0) from {mart} as m"))


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
