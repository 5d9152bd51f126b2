"""What each stage of one ingest costs: run as a process of its own by `ingest.py`.

.venv/bin/python benchmarks/stages.py FILE WORKSPACE
"""

import functools
import sys
import time
from collections.abc import Callable
from typing import Any

STAGES = (
    ("who is in the file, by samples of it", "create or replace temp table first_named"),
    ("who is in the file, by samples of it", "create or replace temp table last_named"),
    ("who is in the file, by samples of it", "create or replace temp table coming"),
    ("who is in the file, by samples of it", "insert into people_"),
    ("rows read, checked and written", "insert into attendance_rows"),
    ("rows staged", "create temp table staged_rows"),
    ("matched with earlier facts", "create or replace temp table unlike"),
    ("matched with earlier facts", "create temp table differing"),
    ("repeated rows", "create or replace temp table shared"),
    ("repeated rows", "create or replace temp table candidates"),
    ("repeated rows", "create or replace temp table alike"),
    ("refused rows booked", "insert into quarantine"),
    ("refused and repeated rows deleted", "delete from attendance_rows"),
    ("marts", "create or replace table"),
    ("data checks", "create or replace temp table found"),
)
OTHER = "everything else (start-up, settings, books)"
spent: dict[str, tuple[float, float]] = {}


def _timed(name: str, began: tuple[float, float]) -> None:
    wall, processor = spent.get(name, (0.0, 0.0))
    spent[name] = (wall + time.perf_counter() - began[0], processor + time.process_time() - began[1])


def _watch(owner: Any, name: str, stage: Callable[..., str | None]) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    def watched(*arguments: Any, **options: Any) -> Any:
        began = time.perf_counter(), time.process_time()
        try:
            return original(*arguments, **options)
        finally:
            found = stage(*arguments)
            if found:
                _timed(found, began)

    setattr(owner, name, watched)


def _of_sql(_: Any, sql: str, *rest: Any) -> str | None:
    words = " ".join(sql.split())
    return next((stage for stage, beginning in STAGES if words.startswith(beginning)), None)


def main(file: str, workspace: str) -> None:
    """Take the file in, and print the stages."""
    began = time.perf_counter(), 0.0
    from partnerkpi.__main__ import main as partnerkpi
    from partnerkpi.ingest import workflow
    from partnerkpi.warehouse import Warehouse

    _watch(Warehouse, "run", _of_sql)
    _watch(Warehouse, "rows", _of_sql)
    for name, stage in (("find_export", "the hash of the file"), ("plain_text", "lines, quotes, characters")):
        _watch(workflow, name, lambda *_, stage=stage: stage)
    _watch(workflow, "pseudonyms", lambda *_: "pseudonyms")
    sys.argv = ["partnerkpi", "ingest", file, "--workspace", workspace]
    try:
        partnerkpi()
    except SystemExit as ended:
        if ended.code:
            raise
    whole = time.perf_counter() - began[0], time.process_time()
    rest = whole[0] - sum(wall for wall, _ in spent.values()), whole[1] - sum(cpu for _, cpu in spent.values())
    for stage, (wall, processor) in sorted(spent.items(), key=lambda item: -item[1][1]):
        print(f"  {stage:<46}{wall:>7.1f}{processor:>7.1f}")
    print(f"  {OTHER:<46}{rest[0]:>7.1f}{rest[1]:>7.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
