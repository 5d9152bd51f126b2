"""What partnerkpi.toml may say: the district, its calendar, privacy, the board and the KPI settings."""

import datetime as dt
import itertools
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from partnerkpi.config.similar import DoseSettings, SimilarSettings
from partnerkpi.config.toml_file import StrictModel
from partnerkpi.models.caps import Caps
from partnerkpi.models.school_year import Quarter, SchoolCalendar, SchoolYear, school_year_label

# What districts call the subjects that count for being on track.
CORE_SUBJECTS = (
    "english",
    "english language arts",
    "ela",
    "language arts",
    "math",
    "mathematics",
    "science",
    "social studies",
    "history",
)


class DistrictSettings(StrictModel):
    """The district itself."""

    name: Annotated[str, Field(min_length=1, max_length=200)]


class PrivacySettings(StrictModel):
    """The smallest group whose figures may be published (rule R1: never below 5)."""

    minimum_group: Annotated[int, Field(ge=5, le=30)] = 10


class BoardSettings(StrictModel):
    """The page; `render_seconds`: how long laying it out may take."""

    paper: Literal["letter", "a4"] = "letter"
    orientation: Literal["landscape", "portrait"] = "landscape"
    language: Literal["en", "es"] = "en"
    render_seconds: Annotated[float, Field(gt=0, le=86_400)] = 60


class IngestSettings(StrictModel):
    """When a file is refused whole.

    `max_quarantine_share`: the share of its rows that may be refused one by one. `row_count_factor`: how many times
    more or fewer rows it may have than the last load of a file of the same name but for its digits (0: any number).
    The others say how large it may be, and each part of it; a megabyte is 2^20 bytes.
    """

    max_quarantine_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    row_count_factor: Annotated[float, Field(ge=0)] = 4
    max_file_megabytes: Annotated[int, Field(ge=1)] = 8_192
    max_compression_ratio: Annotated[int, Field(ge=2)] = 400
    max_zip_members: Annotated[int, Field(ge=1)] = 1_000
    # Rows go to the database in lines of at most 16 million bytes.
    max_row_characters: Annotated[int, Field(ge=1_000, le=3_000_000)] = 1_000_000
    max_cell_characters: Annotated[int, Field(ge=1_000, le=3_000_000)] = 32_767
    max_workbook_cells: Annotated[int, Field(ge=1_000)] = 20_000_000

    def caps(self) -> Caps:
        """How large an export may be, as a value."""
        return Caps(
            file_bytes=self.max_file_megabytes << 20,
            compression_ratio=self.max_compression_ratio,
            zip_members=self.max_zip_members,
            row_characters=self.max_row_characters,
            cell_characters=self.max_cell_characters,
            workbook_cells=self.max_workbook_cells,
        )


def _school_year_name(name: str) -> str:
    try:
        return school_year_label(name)
    except ValueError:
        raise ValueError(f'"{name}" is not a school year; write it like "2026-27"') from None


class QuarterSettings(StrictModel):
    """One quarter, first and last day included."""

    name: Annotated[str, Field(pattern=r"^Q[1-9]$")]
    first_day: dt.date
    last_day: dt.date


class SchoolYearSettings(StrictModel):
    """One school year; `terms` says at the end of which quarter a term's grades and credits are known."""

    name: str
    quarters: Annotated[list[QuarterSettings], Field(min_length=1, max_length=9)]
    terms: dict[str, str] = Field(default_factory=dict)

    @field_validator("name")
    @classmethod
    def _one_spelling(cls, name: str) -> str:
        return _school_year_name(name)

    @model_validator(mode="after")
    def _in_order(self) -> "SchoolYearSettings":
        for number, quarter in enumerate(self.quarters, start=1):
            if quarter.name != f"Q{number}":
                raise ValueError(f"{self.name}: quarter {number} is called {quarter.name}; name it Q{number}")
            if quarter.last_day < quarter.first_day:
                raise ValueError(f"{self.name} {quarter.name} ends before it begins")
        for before, after in itertools.pairwise(self.quarters):
            if after.first_day <= before.last_day:
                raise ValueError(f"{self.name} {after.name} begins before {before.name} ends")
        names = {quarter.name for quarter in self.quarters}
        for term, quarter_name in self.terms.items():
            if quarter_name not in names:
                raise ValueError(f'{self.name}: term {term} names "{quarter_name}", which is not one of its quarters')
        return self


class SettingFrom(StrictModel):
    """A value that is in force from a quarter on ("2026-27 Q1"; "": from the beginning)."""

    first: Annotated[str, Field(alias="from")] = ""
    value: int | float


SettingValue = int | float | str | Annotated[list[SettingFrom], Field(min_length=1)]


class NameFrom(StrictModel):
    """The name of a file that is in force from a school year on ("": from the beginning)."""

    first: Annotated[str, Field(alias="from")] = ""
    name: str

    @field_validator("first")
    @classmethod
    def _one_spelling(cls, first: str) -> str:
        return _school_year_name(first) if first else ""


Names = str | Annotated[list[NameFrom], Field(min_length=1)]


class CohortSettings(StrictModel):
    """Who is in a cohort: whoever was in it at some time of the school year so far, or in the quarter itself."""

    members: Literal["school year", "quarter"] = "school year"


class InvestSettings(StrictModel):
    """`balance_tolerance`: up to what share of what both have put in the two sides may differ and be about equal."""

    balance_tolerance: Annotated[float, Field(ge=0, le=1)] = 0.1


class EligibilitySettings(StrictModel):
    """Who could take part, for the participation rate; nothing: every student of the district."""

    grade_levels: list[str] = Field(default_factory=list)
    schools: list[str] = Field(default_factory=list)


class Settings(StrictModel):
    """The whole file. `settings` holds, per KPI or check, the values that differ from its file's own defaults,
    `checks` the severities that do.

    `grade_scale` and `level_weights` name files in queries/scales and queries/weights, for all years or from one on;
    `core_subjects` are what the subject of a course is called that counts for being on track. `lock_wait_seconds`: how
    long a command waits for another one that holds the database; `kpi_seconds`: how long one KPI may take.
    """

    district: DistrictSettings
    school_year: Annotated[list[SchoolYearSettings], Field(min_length=1)]
    similar: SimilarSettings = SimilarSettings()
    dose: DoseSettings = DoseSettings()
    privacy: PrivacySettings = PrivacySettings()
    board: BoardSettings = BoardSettings()
    ingest: IngestSettings = IngestSettings()
    cohorts: CohortSettings = CohortSettings()
    eligibility: EligibilitySettings = EligibilitySettings()
    invest: InvestSettings = InvestSettings()
    grade_scale: Names = "nc_10_point"
    level_weights: Names = "nc"
    core_subjects: list[str] = Field(default_factory=lambda: list(CORE_SUBJECTS))
    kpi_seconds: Annotated[float, Field(gt=0, le=86_400)] = 60
    lock_wait_seconds: Annotated[float, Field(ge=0, le=86_400)] = 10
    settings: dict[str, dict[str, SettingValue]] = Field(default_factory=dict)
    checks: dict[str, Literal["off", "warning", "error"]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _years_apart(self) -> "Settings":
        years = sorted(self.school_year, key=lambda year: year.quarters[0].first_day)
        for before, after in itertools.pairwise(years):
            if before.name == after.name:
                raise ValueError(f"school year {before.name} is there twice")
            if after.quarters[0].first_day <= before.quarters[-1].last_day:
                raise ValueError(f"school year {after.name} begins before {before.name} ends")
        return self

    def scale_of(self, school_year: str) -> str:
        """The name of the grading scale in force in a school year."""
        return _name_of(self.grade_scale, school_year)

    def weights_of(self, school_year: str) -> str:
        """The name of the weights of course levels in force in a school year."""
        return _name_of(self.level_weights, school_year)

    def calendar(self) -> SchoolCalendar:
        """The school years as values, oldest first."""
        years = sorted(self.school_year, key=lambda year: year.quarters[0].first_day)
        return SchoolCalendar(tuple(_school_year(year) for year in years))


def _name_of(names: str | list[NameFrom], school_year: str) -> str:
    if isinstance(names, str):
        return names
    ordered = sorted(names, key=lambda each: each.first)
    return [each.name for each in ordered if each.first <= school_year or each is ordered[0]][-1]


def _school_year(settings: SchoolYearSettings) -> SchoolYear:
    quarters = tuple(
        Quarter(settings.name, number, quarter.first_day, quarter.last_day)
        for number, quarter in enumerate(settings.quarters, start=1)
    )
    terms = tuple((term, int(quarter[1:])) for term, quarter in settings.terms.items())
    return SchoolYear(settings.name, quarters, terms)
