"""What partnerkpi.toml may say about similar students and about the hours of engagement behind an outcome."""

import itertools
import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, field_validator

from partnerkpi.config.toml_file import StrictModel, nearest
from partnerkpi.models.similar import Matching

_VARIABLES = ("school", "grade_level", "last_year_attendance", "last_year_gpa")
_GROUP = re.compile(r"group_\w+")


def _ascending(edges: Sequence[float]) -> None:
    if any(after <= before for before, after in itertools.pairwise(edges)):
        raise ValueError("the edges of bands ascend, each once")


class SimilarSettings(StrictModel):
    """`[similar]`: what makes students similar, and when their comparison is withheld.

    Bands begin at their edges, in percent of days and in grade points. `maximum_baseline` is an effect size, and
    0.25 the most that the What Works Clearinghouse takes for alike.
    """

    variables: Annotated[tuple[str, ...], Field(min_length=1)] = _VARIABLES
    attendance_bands: tuple[Annotated[float, Field(gt=0, le=100)], ...] = (80, 90, 95)
    gpa_bands: tuple[Annotated[float, Field(gt=0, le=6)], ...] = (1, 2, 3)
    minimum_arm: Annotated[int, Field(ge=10)] = 30
    minimum_coverage: Annotated[float, Field(gt=0, le=1)] = 0.8
    maximum_baseline: Annotated[float, Field(gt=0, le=0.25)] = 0.25

    @field_validator("variables")
    @classmethod
    def _columns_of_the_roster(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in _VARIABLES and not _GROUP.fullmatch(name):
                known = f"{', '.join(_VARIABLES)} or a group_* of the roster"
                raise ValueError(f'"{name}" is not {known}{nearest(name, list(_VARIABLES))}')
            if names.count(name) > 1:
                raise ValueError(f"{name} is there twice")
        return names

    @field_validator("attendance_bands", "gpa_bands")
    @classmethod
    def _in_order(cls, edges: tuple[float, ...]) -> tuple[float, ...]:
        _ascending(edges)
        return edges

    def matching(self) -> Matching:
        """How similar students are found, as a value."""
        return Matching(
            variables=self.variables,
            attendance_edges=tuple(round(100 * edge) for edge in self.attendance_bands),
            gpa_edges=tuple(round(100 * edge) for edge in self.gpa_bands),
            minimum_arm=self.minimum_arm,
            minimum_coverage=self.minimum_coverage,
            maximum_baseline=self.maximum_baseline,
        )


class DoseSettings(StrictModel):
    """`[dose]`: the hours of engagement at which a band begins."""

    bands: Annotated[tuple[Annotated[float, Field(gt=0, le=2000)], ...], Field(min_length=1)] = (1, 10, 40)

    @field_validator("bands")
    @classmethod
    def _in_order(cls, edges: tuple[float, ...]) -> tuple[float, ...]:
        _ascending(edges)
        return edges
