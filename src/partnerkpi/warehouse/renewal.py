"""Marts made anew for those students alone whose facts have changed, where the others stand apart from them."""

import re
from collections.abc import Collection

from partnerkpi.warehouse.connection import Warehouse, tables_of

# A mart says so of itself: what it tells of a student comes of no facts of another.
_APART = re.compile(r"^-- students:\s+apart\b", re.MULTILINE)
# One student in so many is few.
_FEW = 8


class Renewal:
    """The tables of which it is `known` whose facts have changed.

    `touched_students` names those, by table. What marts read of them is cut out once for all marts.
    """

    def __init__(self, warehouse: Warehouse, known: frozenset[str]) -> None:
        self._warehouse, self._known = warehouse, set(known)
        self._cut: set[str] = set()

    def suits(self, mart: str, sql: str, changed: Collection[str]) -> bool:
        """Whether a mart, in whose query nothing but the rows of these tables has changed, can be renewed."""
        if not self._known.issuperset(changed) or not _APART.search(sql):
            return False
        touched = f"select count(distinct student_id) from touched_students where source_table in ({_quoted(changed)})"
        few = f"select {_FEW} * ({touched}) <= (select count(distinct student_id) from {mart})"
        return bool(self._warehouse.value(few))

    def renew(self, mart: str, sql: str, changed: Collection[str]) -> None:
        """Make the rows anew of the students whose facts have changed in these tables."""
        warehouse = self._warehouse
        read = [name for name in sorted(tables_of(sql)) if tells_of_students(warehouse, name)]
        for name in read:
            self._cut_out(name)
        # Meanwhile the query sees these rows and no others.
        for name in read:
            warehouse.run(f"create temp view {name} as select * from cut_{name}")
        whose = f"student_id in (select student_id from touched_students where source_table in ({_quoted(changed)}))"
        warehouse.run(f"create or replace temp table renewed as select * from (\n{sql}\n) where {whose}")
        for name in read:
            warehouse.run(f"drop view temp.{name}")
        warehouse.run(f"delete from {mart} where {whose}; insert into {mart} by name from renewed; drop table renewed")
        # Whoever reads this mart has the same students to renew.
        warehouse.run(
            f"insert into touched_students select distinct '{mart}', student_id from touched_students "
            f"where source_table in ({_quoted(changed)})"
        )
        self._known.add(mart)

    def end(self) -> None:
        """Drop what was made on the way."""
        for name in self._cut:
            self._warehouse.run(f"drop table temp.cut_{name}")

    def _cut_out(self, name: str) -> None:
        """Temporary table `cut_<name>`: the rows of students whose facts have changed anywhere."""
        if name not in self._cut:
            whose = "student_id in (select student_id from touched_students)"
            self._warehouse.run(f"create temp table cut_{name} as select * from {name} where {whose}")
            self._cut.add(name)


def tells_of_students(warehouse: Warehouse, name: str) -> bool:
    """Whether a table or view has a column for them."""
    return "student_id" in warehouse.columns(f"from {name}")


def _quoted(names: Collection[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names)) or "null"
