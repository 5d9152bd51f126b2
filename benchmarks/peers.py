"""The same attendance file checked and stored by partnerkpi and by other well-known tools; whole processes, one run.

    .venv/bin/python benchmarks/peers.py PYTHON [ROWS]

`PYTHON` is an interpreter that has the peers (`make benchmark` makes one). What each of them does is printed beside
it: most check less, none keeps an account of the rows.
"""

import sys
import tempfile
from pathlib import Path

import ingest
from measuring import Run, run

_RULES = """
import sys
path, database = sys.argv[1:]
words = ["present", "absent_excused", "absent_unexcused", "suspended"]
"""
_PANDAS = (
    _RULES
    + """
import sqlite3, pandas as pd, pandera.pandas as pa
frame = pd.read_csv(path, dtype=str)
frame["date"] = pd.to_datetime(frame["date"], format="%Y-%m-%d")
schema = pa.DataFrameSchema({
    "student_number": pa.Column(str, pa.Check.str_matches(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")),
    "school": pa.Column(str),
    "date": pa.Column("datetime64[ns]", coerce=True),
    "status": pa.Column(str, pa.Check.isin(words)),
}, unique=["student_number", "school", "date"])
schema.validate(frame, lazy=True).to_sql("a", sqlite3.connect(database), index=False)
"""
)
_FRICTIONLESS = (
    _RULES
    + """
from frictionless import Resource, Schema
schema = Schema.from_descriptor({"primaryKey": ["student_number", "school", "date"], "fields": [
    {"name": "student_number", "type": "string", "constraints": {"required": True}},
    {"name": "school", "type": "string", "constraints": {"required": True}},
    {"name": "date", "type": "date"},
    {"name": "status", "type": "string", "constraints": {"enum": words}},
]})
import os
os.chdir(os.path.dirname(path))
report = Resource(path=os.path.basename(path), schema=schema).validate(limit_errors=10)
assert report.valid, report.flatten()
"""
)
_PYDANTIC = (
    _RULES
    + """
import csv, datetime, sqlite3
from typing import Annotated, Literal
from pydantic import BaseModel, Field
class Row(BaseModel):
    student_number: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
    school: Annotated[str, Field(min_length=1)]
    date: datetime.date
    status: Literal["present", "absent_excused", "absent_unexcused", "suspended"]
con = sqlite3.connect(database)
con.execute("create table a (student_number text, school text, date text, status text)")
with open(path, newline="") as stream:
    rows = (Row.model_validate(row) for row in csv.DictReader(stream))
    con.executemany("insert into a values (?, ?, ?, ?)",
                    ((r.student_number, r.school, r.date.isoformat(), r.status) for r in rows))
con.commit()
"""
)


def main(python: str, rows: int) -> None:
    """Print the table."""
    folder_of_tools = Path(python).parent
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "attendance.csv"
        students = rows // ingest.DAYS
        ingest.make(path, students)
        workspace = ingest.workspace_in(folder / "workspace")
        print(f"{students * ingest.DAYS:,} rows; seconds of wall time, seconds of processor time, peak MB\n")
        print(f"{'':<28}{'':>24}  does")
        _print("bare DuckDB", ingest.bare(path, folder), "types")
        everything = "types, rules, repeats, pseudonyms, account of rows, marts, checks"
        _print("partnerkpi", ingest.ingest(path, workspace), everything)
        for what, script, does in (
            ("pandas and pandera", _PANDAS, "types, rules, repeats; into SQLite"),
            ("a pydantic model per row", _PYDANTIC, "types, rules; into SQLite"),
            ("frictionless", _FRICTIONLESS, "types, rules, repeats; stores nothing"),
        ):
            _print(what, run([python, "-c", script, str(path), str(folder / f"{what}.db")]), does)
        insert = [str(folder_of_tools / "sqlite-utils"), "insert", str(folder / "s.db"), "a", str(path), "--csv"]
        _print("sqlite-utils insert", run(insert), "guesses types; into SQLite")
        csvsql = [str(folder_of_tools / "csvsql"), "--db", f"sqlite:///{folder / 'c.db'}", "--insert", str(path)]
        _print("csvkit csvsql --insert", run(csvsql), "guesses types; into SQLite")


def _print(what: str, measured: Run, does: str) -> None:
    print(f"{what:<28}{measured!s:>24}  {does}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 180_000)
