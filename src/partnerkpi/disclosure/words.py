"""The disclosure decision about a figure in words: what its printed form tells of it already, and nothing more."""

from partnerkpi.disclosure.rules import Policy
from partnerkpi.models.kpi import Measure
from partnerkpi.models.release import Release, State

_WHOLE = 100


def decision(release: Release, measure: Measure, policy: Policy) -> str:
    """Why the figure is told as it is. Made of what is printed alone, so it cannot say more."""
    if release.state is State.HIDDEN:
        if release.text == policy.too_few:
            return f"hidden: no figure is told about fewer than {policy.minimum_group} people (R1)"
        return "hidden, to protect privacy: it could tell something about single people (R2 to R6)"
    if release.state is not State.SHOWN:
        return f"nothing to decide: {release.text}"
    if "-d" in release.code:
        return "shown: made of the two figures as they are printed, and of nothing else (R6)"
    if release.low is None or release.high is None or release.exact:
        return f"shown {_FORMS[measure]}"
    if measure is not Measure.SHARE:
        return "shown as a range: beside other figures one number would tell of a small group (R5)"
    if release.low == 0 or release.high == _WHOLE:
        return "shown as a range: so near the end of the scale nothing finer is told of a group of this size (R2)"
    points = f"{release.high - release.low:g}"
    return f"shown as a range: small group, percentages are told in steps of {points} points (R2)"


_FORMS = {
    Measure.SHARE: "as a whole percent, without the numbers behind it (R2)",
    Measure.MEAN: "as a rounded average (R3)",
    Measure.TOTAL: "as a rounded total (R1, R4)",
}
