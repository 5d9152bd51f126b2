"""Knows the geometry of the charts: bars, ranges and lines, each drawn from a release and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from partnerkpi.models.board import Board, KpiLine
from partnerkpi.models.release import Release, State


@dataclass(frozen=True)
class Bullet:
    """The geometry of a bullet bar in points: what is filled or hatched from `start` to `end`, and three marks."""

    kind: str
    start: float
    end: float
    hatch: str
    target: float | None
    baseline: float | None
    similar: float | None


@dataclass(frozen=True)
class Side:
    """The geometry of what one side put in: filled or hatched to `end`, in a frame up to `planned`."""

    kind: str
    end: float
    hatch: str
    planned: float | None


@dataclass(frozen=True)
class Spark:
    """The geometry of a sparkline in points: lines, lone dots, ranges (x, top, height), hatches, and the last dot."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    ranges: tuple[tuple[float, float, float], ...]
    hatches: tuple[str, ...]
    last: tuple[float, float] | None


def number(value: float) -> str:
    """A coordinate for SVG: at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def hatch(left: float, top: float, width: float, height: float, *, step: float = 3.0) -> str:
    """An SVG path of rising lines, `step` apart, that fill a rectangle and stay inside it."""
    parts = []
    shift = step / 2 - height
    while shift < width:
        x1, y1 = max(shift, 0.0), max(-shift, 0.0)
        x2, y2 = min(shift + height, width), min(height, width - shift)
        ends = (left + x1, top + height - y1, left + x2, top + height - y2)
        parts.append("M{} {}L{} {}".format(*map(number, ends)))
        shift += step
    return "".join(parts)


def bullet(board: Board, line: KpiLine, release: Release, width: float, top: float, height: float) -> Bullet:
    """The bar of a KPI: from zero to an exact figure, hatched over a band, hatched all along when hidden."""
    right = line.axis_high if line.axis_high > 0 else 1.0

    def place(value: float) -> float:
        return round(width * min(max(value / right, 0.0), 1.0), 2)

    target = None if line.target is None else place(line.target)
    baseline = None if line.baseline is None else place(line.baseline)
    other = board.release(line.similar) if line.similar else None
    similar = place(other.low) if other is not None and other.exact and other.low is not None else None
    kind, start, end = _extent(release, place, width)
    lines = hatch(start, top, end - start, height) if kind in ("band", "hidden") else ""
    return Bullet(kind, start, end, lines, target, baseline, similar)


def side(actual: Release, planned: Release, axis_high: float, width: float, top: float, height: float) -> Side:
    """What one side put in beside what it had planned, both on an axis that begins at zero."""

    def place(value: float) -> float:
        return round(width * min(max(value / axis_high, 0.0), 1.0), 2) if axis_high > 0 else 0.0

    kind, _, end = _extent(actual, place, width)
    lines = hatch(0.0, top, width, height) if kind == "hidden" else ""
    return Side(kind, end, lines, place(planned.low) if planned.exact and planned.low is not None else None)


def step(release: Release, axis_high: float, width: float, top: float, height: float) -> Bullet:
    """The bar of a step of the pipeline on the axis of all of them."""

    def place(value: float) -> float:
        return round(width * min(max(value / axis_high, 0.0), 1.0), 2) if axis_high > 0 else 0.0

    kind, start, end = _extent(release, place, width)
    lines = hatch(start, top, end - start, height) if kind in ("band", "hidden") else ""
    return Bullet(kind, start, end, lines, None, None, None)


def _extent(release: Release, place: Callable[[float], float], width: float) -> tuple[str, float, float]:
    """What is drawn of a release and from where to where; only a shown one has a length of its own."""
    if release.state is State.HIDDEN:
        return "hidden", 0.0, width
    if release.state is not State.SHOWN or release.low is None or release.high is None:
        return ("none" if release.state is State.NOT_DUE else "missing"), 0.0, 0.0
    if release.exact:
        return "bar", 0.0, place(release.high)
    start, end = place(release.low), place(release.high)
    return "band", min(start, width - 2), max(end, start + 2)


def spark(releases: Sequence[Release], width: float, height: float) -> Spark:
    """The last quarters as a line: a band is an upright range, a hidden point a hatch half way up, a gap nothing."""
    inset = 3.0
    step = (width - 2 * inset) / max(len(releases) - 1, 1)
    level = _levels(releases, inset, height - inset)
    placed = [(round(inset + step * at, 2), release) for at, release in enumerate(releases)]
    runs = [
        [(x, level(release.low)) for x, release in run if release.low is not None]
        for exact, run in groupby(placed, key=lambda point: point[1].exact)
        if exact
    ]
    ranges = [
        (x, level(release.high), max(round(level(release.low) - level(release.high), 2), 2.0))
        for x, release in placed
        if release.low is not None and release.high is not None and not release.exact
    ]
    return Spark(
        lines=tuple(" ".join(f"{number(x)},{number(y)}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        ranges=tuple(ranges),
        hatches=tuple(hatch(x - 2, height / 2 - 4, 4, 8, step=2) for x, r in placed if r.state is State.HIDDEN),
        last=runs[-1][-1] if releases and releases[-1].exact else None,
    )


def _levels(releases: Sequence[Release], top: float, bottom: float) -> Callable[[float], float]:
    """The height of a value on the page, from the least to the greatest published one; flat in the middle."""
    ends = [end for release in releases for end in (release.low, release.high) if end is not None]
    least, most = (min(ends), max(ends)) if ends else (0.0, 0.0)

    def level(value: float) -> float:
        if most == least:
            return round((top + bottom) / 2, 2)
        return round(bottom - (value - least) / (most - least) * (bottom - top), 2)

    return level


def last_label(releases: Sequence[Release]) -> str:
    """The text beside the last point, when it is one exact figure and short enough to stand there."""
    if not releases or not releases[-1].exact or len(releases[-1].text) > 7:
        return ""
    return releases[-1].text


def figure_size(release: Release) -> str:
    """How big a figure is set: a number like a headline, a band smaller, the reason for no figure like text."""
    if release.state is not State.SHOWN or len(release.text) > 14:
        return "words"
    return "big" if len(release.text) <= 7 else "medium"
