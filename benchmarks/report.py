"""How long `partnerkpi report` takes beside a bare WeasyPrint run of the same HTML; whole processes, in turns.

    .venv/bin/python benchmarks/report.py WORKSPACE [ROUNDS]

WORKSPACE is one with data (`make demo` makes `demo`). The machines are shared and noisy: read the ratio.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

LIMIT = 1.6
_BARE = "import sys, weasyprint; weasyprint.HTML(filename=sys.argv[1]).write_pdf(sys.argv[2], pdf_variant='pdf/ua-1')"


def main(workspace: Path, rounds: int) -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        html, ours, bare = (Path(folder) / name for name in ("board.html", "ours.pdf", "bare.pdf"))
        _report(workspace, html, "html")
        seconds: dict[str, list[float]] = {"partnerkpi report": [], "bare WeasyPrint": []}
        for _ in range(rounds):
            seconds["partnerkpi report"].append(_timed(lambda: _report(workspace, ours, "pdf")))
            seconds["bare WeasyPrint"].append(
                _timed(lambda: subprocess.run([sys.executable, "-c", _BARE, str(html), str(bare)], check=True))
            )
    for name, taken in seconds.items():
        print(f"{name:<18} median {statistics.median(taken):.2f} s   best {min(taken):.2f} s   of {rounds}")
    medians = [statistics.median(taken) for taken in seconds.values()]
    print(f"ratio of medians   {medians[0] / medians[1]:.2f}   (limit {LIMIT})")


def _report(workspace: Path, out: Path, output_format: str) -> None:
    command = [sys.executable, "-m", "partnerkpi", "report", "--partner", "hospital", "--format", output_format]
    subprocess.run([*command, "--workspace", str(workspace), "--out", str(out)], check=True, stdout=subprocess.DEVNULL)


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
