"""Knows the charts of a slide as native shapes, drawn to the geometry of the page's and told in the same words."""

from collections.abc import Callable, Iterator, Sequence

from partnerkpi.models.board import KpiLine, SideLine
from partnerkpi.models.release import Release, State
from partnerkpi.render._charts import bullet, side, spark
from partnerkpi.render._slide import DIM, INK, PALE, Box, Chart, Mark
from partnerkpi.render._slide_style import Style, printed, shown
from partnerkpi.render.html import spoken_trend

TREND = "4a4a46"
_TARGET, _HALO, _RING, _TRIANGLE = 1.8, 3.4, 6.0, 5.2


def bullet_chart(style: Style, line: KpiLine, box: Box) -> Chart:
    """A KPI's bar from zero, its target as an upright mark, its start as a triangle, similar students as a ring."""
    thick = 0.54 * box.height
    release = style.release(line.now)
    drawn = bullet(style.board, line, release, box.width, 0.23 * box.height, thick)
    track = Box(0.0, 0.23 * box.height, box.width, thick)
    marks = list(_bar(drawn.kind, drawn.start, drawn.end, track, style.accent))
    if drawn.baseline is not None:
        high = box.height - track.bottom
        marks.append(Mark("triangle", _upright(drawn.baseline, _TRIANGLE, track.bottom, high, box.width), INK))
    if drawn.similar is not None:
        middle = track.top + thick / 2 - _RING / 2
        marks.append(Mark("ring", _upright(drawn.similar, _RING, middle, _RING, box.width), INK))
    if drawn.target is not None:
        for width, color in ((_HALO, "ffffff"), (_TARGET, INK)):
            inset = (_HALO - width) / 2
            place = _upright(drawn.target, _HALO, 0.0, box.height, box.width)
            marks.append(Mark("bar", Box(place.left + inset, 0.0, width, place.height), color))
    return Chart(box, tuple(marks), shown(line.name), _described(style, line, release))


def _bar(kind: str, start: float, end: float, track: Box, accent: str) -> Iterator[Mark]:
    """The track and what is filled of it; a hidden figure is hatched from end to end."""
    if kind in ("bar", "band"):
        yield Mark("bar", track, PALE)
        yield Mark("bar" if kind == "bar" else "hatch", Box(start, track.top, end - start, track.height), accent)
    else:
        yield Mark({"hidden": "hatch", "none": "frame"}.get(kind, "dashed"), track, DIM)


def _upright(middle: float, width: float, top: float, height: float, most: float) -> Box:
    """A mark around a place on the axis, kept within the chart."""
    return Box(min(max(middle - width / 2, 0.0), most - width), top, width, height)


def _described(style: Style, line: KpiLine, release: Release) -> str:
    parts = [f"{shown(line.name)}: {printed(release)}"]
    parts += [style.say("target {target}", target=line.target_text)] if line.target_text else []
    parts += [style.say("start {start}", start=line.baseline_text)] if line.baseline_text else []
    if line.similar:
        parts.append(style.say("similar students: {figure}", figure=style.release(line.similar).text))
    return "; ".join(parts)


def spark_chart(style: Style, releases: Sequence[Release], box: Box, name: str) -> Chart:
    """The last quarters as a line; a band is an upright bar, a hidden quarter a hatched one, a gap nothing."""
    drawn = spark(releases, box.width, box.height)
    marks = []
    for line in drawn.lines:
        points = tuple((float(x), float(y)) for x, y in (point.split(",") for point in line.split()))
        marks.append(Mark("line", _around(points), TREND, points))
    marks += [Mark("dot", Box(x - 1.2, y - 1.2, 2.4, 2.4), TREND) for x, y in drawn.dots]
    marks += [Mark("bar", Box(x - 1.25, top, 2.5, high), TREND) for x, top, high in drawn.ranges]
    marks += [Mark("hatch", place, DIM) for place in _hidden_quarters(releases, box)]
    if drawn.last:
        x, y = drawn.last
        marks.append(Mark("dot", Box(x - 2.3, y - 2.3, 4.6, 4.6), style.accent))
    say: Callable[..., str] = style.say
    return Chart(box, tuple(marks), f"{shown(name)}: trend", shown(spoken_trend(releases, say)))


def _around(points: Sequence[tuple[float, float]]) -> Box:
    left, top = (min(point[axis] for point in points) for axis in (0, 1))
    right, lower = (max(point[axis] for point in points) for axis in (0, 1))
    return Box(left, top, right - left, lower - top)


def _hidden_quarters(releases: Sequence[Release], box: Box) -> list[Box]:
    """Where the page hatches a quarter: half way up, whatever is hidden there."""
    step = (box.width - 6) / max(len(releases) - 1, 1)
    at = [3 + step * number for number, each in enumerate(releases) if each.state is State.HIDDEN]
    return [Box(x - 2, box.height / 2 - 4, 4.0, 8.0) for x in at]


def side_chart(style: Style, of: SideLine, axis_high: float, box: Box) -> Chart:
    """What one side put in, filled, in a frame as long as what it had planned."""
    actual, planned = style.release(of.actual), style.release(of.planned)
    drawn = side(actual, planned, axis_high, box.width, 0.0, box.height)
    whole = Box(0.0, 0.0, box.width, box.height)
    marks = []
    if drawn.kind == "bar":
        marks.append(Mark("bar", Box(0.0, 0.0, max(drawn.end, 0.5), box.height), style.accent))
    else:
        marks += list(_bar(drawn.kind, 0.0, drawn.end, whole, style.accent))
    if drawn.planned is not None:
        marks.append(Mark("frame", Box(0.0, 0.0, max(drawn.planned, 0.5), box.height), INK))
    alt = f"{shown(of.name)}: {printed(actual)}; {style.say('planned {amount}', amount=printed(planned))}"
    return Chart(box, tuple(marks), shown(of.name), alt)


def key_samples(style: Style, size: float) -> tuple[tuple[Chart, str], ...]:
    """Small pictures of what the bars are made of, each with its word."""
    track = Box(0.0, 0.25 * size, 1.7 * size, 0.5 * size)
    pale = Mark("bar", track, PALE)
    middle = track.width / 2
    ring = Box(middle - _RING / 2, 0.5 * size - _RING / 2, _RING, _RING)
    samples: tuple[tuple[str, str, tuple[Mark, ...]], ...] = (
        (style.say("Filled bar:"), style.say("now"), (Mark("bar", track, style.accent),)),
        (
            style.say("Upright mark:"),
            style.say("target"),
            (pale, Mark("bar", Box(middle - 0.9, 0.0, _TARGET, size), INK)),
        ),
        (
            style.say("Small triangle:"),
            style.say("start"),
            (pale, Mark("triangle", Box(middle - _TRIANGLE / 2, track.bottom, _TRIANGLE, 0.25 * size), INK)),
        ),
        (style.say("Small ring:"), style.say("similar students"), (pale, Mark("ring", ring, INK))),
        (style.say("Dark hatched bar:"), style.say("a range"), (Mark("hatch", track, style.accent),)),
        (style.say("Light hatched bar:"), style.say("not shown, small group"), (Mark("hatch", track, DIM),)),
    )
    box = Box(0.0, 0.0, track.width, size)
    return tuple((Chart(box, marks, word, what), word) for what, word, marks in samples)
