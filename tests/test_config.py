"""What people write: partnerkpi.toml, partner files, school years, and where a workspace is found."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from given import HOSPITAL, ROOT, SETTINGS, workspace
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi.config.settings import Settings
from partnerkpi.config.similar import DoseSettings, SimilarSettings
from partnerkpi.config.workspace import Workspace, find_workspace
from partnerkpi.dialects.files import read_dialect
from partnerkpi.errors import ConfigurationError, UsageError
from partnerkpi.models.partner import CohortName, FormerName, Partner
from partnerkpi.models.school_year import Window, school_year_label
from partnerkpi.models.similar import Matching
from partnerkpi.records.partners import cohort_names, cohorts, find_partner, find_program, read_partner, read_partners

WORKS = """\
name = "Tallgrass Machine Works"

[[programs]]
id = "machining"
name = "Machining Pathway"
aliases = ["CNC"]
"""


def settings_refused(folder: Path, old: str, new: str) -> ConfigurationError:
    """The complaint about partnerkpi.toml with one thing exchanged."""
    assert old in SETTINGS
    made = workspace(folder / "district", settings=SETTINGS.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        _ = made.settings
    return caught.value


def partners_refused(folder: Path, **files: str) -> ConfigurationError:
    """The complaint about a folder of partner files."""
    made = workspace(folder / "district", partners=files)
    with pytest.raises(ConfigurationError) as caught:
        read_partners(made.partners)
    return caught.value


def hospital(tmp_path: Path, text: str = HOSPITAL) -> Partner:
    """The partner of a file called hospital.toml."""
    path = tmp_path / "hospital.toml"
    path.write_text(text, "utf-8")
    return read_partner(path)


# partnerkpi.toml


def test_a_good_file_gives_the_calendar_and_the_defaults(tmp_path: Path) -> None:
    settings = workspace(tmp_path / "district").settings

    assert [quarter.label for quarter in settings.calendar().quarters] == [
        f"{year} Q{number}" for year in ("2025-26", "2026-27") for number in range(1, 5)
    ]
    assert (settings.privacy.minimum_group, settings.board.paper) == (10, "letter")


@pytest.mark.parametrize(
    ("old", "new", "key", "nearest"),
    [
        ("[district]", "[board]\npapper = 'a4'\n[district]", "board.papper", "paper"),
        ("[district]", "[privacy]\nminimum = 10\n[district]", "privacy.minimum", "minimum_group"),
        ("[district]", "[districts]\n[district]", "districts", "district"),
        ("[district]", "[similar]\nvariable = ['school']\n[district]", "similar.variable", "variables"),
        ('{ name = "Q2", first_day', '{ name = "Q2", first_days', "school_year[1].quarters[2].first_days", "first_day"),
        ("[school_year.terms]", "[school_year.term]", "school_year[1].term", "terms"),
    ],
)
def test_an_unknown_key_is_told_with_its_file_and_the_nearest_known_key(
    tmp_path: Path, old: str, new: str, key: str, nearest: str
) -> None:
    error = settings_refused(tmp_path, old, new)
    (line,) = [line for line in error.where.splitlines() if "not a known key" in line]

    assert error.exit_code == 7
    assert line.startswith(f"partnerkpi.toml: {key} ")
    assert f"did you mean {nearest}?" in line


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[district]", "[privacy]\nminimum_group = 4\n[district]", "privacy.minimum_group"),
        ("[district]", "[privacy]\nminimum_group = 31\n[district]", "privacy.minimum_group"),
        ("[district]", "[board]\npaper = 'legal'\n[district]", "board.paper"),
        ('name = "Test District"', "", "district.name is missing"),
        ("[district]", "[similar]\nvariables = []\n[district]", "similar.variables"),
        ("[district]", "[similar]\nvariables = ['grade']\n[district]", "did you mean grade_level?"),
        ("[district]", "[similar]\nvariables = ['school', 'school']\n[district]", "school is there twice"),
        ("[district]", "[similar]\nattendance_bands = [90, 80]\n[district]", "similar.attendance_bands: the edges"),
        ("[district]", "[similar]\ngpa_bands = [2, 2]\n[district]", "similar.gpa_bands: the edges of bands ascend"),
        ("[district]", "[similar]\nattendance_bands = [0.9, 101]\n[district]", "similar.attendance_bands"),
        ("[district]", "[similar]\nminimum_arm = 9\n[district]", "similar.minimum_arm"),
        ("[district]", "[similar]\nminimum_coverage = 80\n[district]", "similar.minimum_coverage"),
        ("[district]", "[similar]\nmaximum_baseline = 0.3\n[district]", "similar.maximum_baseline"),
        ("[district]", "[dose]\nbands = []\n[district]", "dose.bands"),
        ("[district]", "[dose]\nbands = [10, 1]\n[district]", "dose.bands: the edges of bands ascend"),
        ('name = "2025-26"', 'name = "2025"', '"2025" is not a school year'),
        ("first_day = 2025-10-25", "first_day = 2025-10-24", "2025-26 Q2 begins before Q1 ends"),
        ("last_day = 2025-10-24", "last_day = 2025-08-24", "Q1 ends before it begins"),
        ('{ name = "Q3"', '{ name = "Q4"', "quarter 3 is called Q4"),
        ('name = "2026-27"', 'name = "SY26"', "school year 2025-26 is there twice"),
        ("first_day = 2026-08-24", "first_day = 2026-06-10", "2026-27 begins before 2025-26 ends"),
        ('S1 = "Q2"', 'S1 = "Q5"', 'term S1 names "Q5"'),
    ],
)
def test_a_mistake_in_the_settings_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    error = settings_refused(tmp_path, old, new)

    assert error.exit_code == 7
    assert says in error.where
    assert error.where.startswith("partnerkpi.toml: ")


def test_what_makes_students_similar_is_a_districts_own(tmp_path: Path) -> None:
    rules = """
[similar]
variables = ["grade_level", "last_year_gpa", "group_lunch"]
gpa_bands = [1.25, 2.5]
minimum_arm = 50
"""
    made = workspace(tmp_path / "district", settings=SETTINGS + rules)

    assert made.settings.similar.matching() == Matching(
        variables=("grade_level", "last_year_gpa", "group_lunch"),
        attendance_edges=(8000, 9000, 9500),
        gpa_edges=(125, 250),
        minimum_arm=50,
        minimum_coverage=0.8,
        maximum_baseline=0.25,
    )


def test_the_settings_of_the_documentation_can_be_read_and_are_the_defaults() -> None:
    text = (ROOT / "docs" / "workspace.md").read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    written = tomllib.loads(text)
    settings = Settings.model_validate(written)

    assert {"similar", "dose", "ingest"} <= written.keys()
    assert settings.similar == SimilarSettings() and settings.dose == DoseSettings()
    assert written["similar"].keys() == SimilarSettings.model_fields.keys()


def test_five_students_are_the_smallest_group_a_district_may_set(tmp_path: Path) -> None:
    made = workspace(tmp_path / "district", settings=f"{SETTINGS}\n[privacy]\nminimum_group = 5\n")

    assert made.settings.privacy.minimum_group == 5


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    mistakes = "[privacy]\nminimum_group = 4\n[board]\npaper = 'legal'\ncolour = 1\n[district]\nnickname = 'x'"
    error = settings_refused(tmp_path, "[district]", mistakes)

    assert "4 mistakes" in error.what
    for key in ("privacy.minimum_group", "board.paper", "board.colour", "district.nickname"):
        assert f"partnerkpi.toml: {key}" in error.where


def test_a_file_that_is_no_toml_is_refused_by_name(tmp_path: Path) -> None:
    error = settings_refused(tmp_path, "[district]", "[district")

    assert error.exit_code == 7
    assert error.where.endswith("partnerkpi.toml")


# School years.


@given(
    first=st.integers(1999, 2098),
    form=st.sampled_from(["{0}-{1:02}", "{0}-{2}", "{0}/{1:02}", "{0} – {2}", "SY{1:02}", "sy {2}", " SY'{1:02} "]),
)
def test_every_spelling_of_a_school_year_means_the_same_year(first: int, form: str) -> None:
    label = school_year_label(form.format(first, (first + 1) % 100, first + 1))

    assert label == f"{first}-{(first + 1) % 100:02}"
    assert school_year_label(label) == label


@pytest.mark.parametrize(
    "text",
    ["2026", "26", "26-27", "2026-28", "2026-26", "2026-2126", "2027-26", "SY", "SY7", "2026-27 Q1", "next year", ""],
)
def test_what_could_be_two_years_or_none_is_no_school_year(text: str) -> None:
    with pytest.raises(ValueError):
        school_year_label(text)


@pytest.mark.parametrize("text", ["2026-27-Q1", "2026-27 Q1", "SY27 Q1", "2026-2027 q1", " 2026/27 Q1 "])
def test_a_quarter_is_found_by_any_spelling_of_its_year(tmp_path: Path, text: str) -> None:
    quarter = workspace(tmp_path / "district").settings.calendar().quarter(text)

    assert quarter is not None
    assert (quarter.label, quarter.slug, quarter.quarter_id) == ("2026-27 Q1", "2026-27-Q1", 202610)


@pytest.mark.parametrize("text", ["2026-27 Q5", "2030-31 Q1", "2026 Q1", "Q1", "autumn", ""])
def test_a_quarter_that_is_not_in_the_calendar_is_not_found(tmp_path: Path, text: str) -> None:
    assert workspace(tmp_path / "district").settings.calendar().quarter(text) is None


def test_a_year_to_date_begins_with_the_school_year(tmp_path: Path) -> None:
    calendar = workspace(tmp_path / "district").settings.calendar()
    third = calendar.quarters[2]
    quarter, to_date = (calendar.period(third, window) for window in (Window.QUARTER, Window.YEAR_TO_DATE))

    assert (quarter.period_id, quarter.first_day) == (202530, dt.date(2026, 1, 17))
    assert (to_date.period_id, to_date.first_day) == (202531, dt.date(2025, 8, 25))
    assert quarter.last_day == to_date.last_day == dt.date(2026, 3, 27)


# Where a workspace is found.


def test_a_workspace_is_found_from_any_folder_in_it(tmp_path: Path) -> None:
    made = workspace(tmp_path / "district")
    below = made.root / "boards" / "2026-27-Q1"
    below.mkdir()

    assert find_workspace(below) == find_workspace(made.root) == made


def test_the_named_workspace_wins_over_the_one_around(tmp_path: Path) -> None:
    here, other = (workspace(tmp_path / name) for name in ("here", "other"))

    assert find_workspace(here.root, other.root) == other


@pytest.mark.parametrize("named", [False, True])
def test_a_folder_that_is_no_workspace_is_refused_by_name(tmp_path: Path, named: bool) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_workspace(tmp_path, tmp_path if named else None)

    assert str(tmp_path) in caught.value.where


@pytest.mark.parametrize("text", [None, "not a key"], ids=["missing", "damaged"])
def test_without_its_key_a_workspace_says_what_is_lost(tmp_path: Path, text: str | None) -> None:
    made = workspace(tmp_path / "district")
    path = made.root / "data" / "key"
    path.unlink() if text is None else path.write_text(text)

    with pytest.raises(ConfigurationError, match="pseudonyms") as caught:
        made.key()
    assert caught.value.where == str(path)


def test_a_workspace_without_settings_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="missing") as caught:
        _ = Workspace(tmp_path).settings

    assert caught.value.where == str(tmp_path / "partnerkpi.toml")


# Partner files.


def test_a_partner_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    partner = hospital(tmp_path)

    assert (partner.id, partner.name, partner.aliases) == ("hospital", "Riverbend Health", ("RIVERBEND",))
    assert partner.formerly == (FormerName("County Memorial Hospital", dt.date(2026, 7, 1)),)
    assert [program.id for program in partner.programs] == ["academy"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HOSPITAL.replace("contact =", "conctact ="), "conctact is not a known key; did you mean contact?"),
        (HOSPITAL.replace('id = "academy"', 'ids = "academy"'), "programs[1].ids is not a known key"),
        (HOSPITAL.replace('name = "Riverbend Health"', ""), "name is missing"),
        (HOSPITAL.replace('id = "academy"', 'id = "The Academy"'), "programs[1].id"),
        (f"{HOSPITAL}\n[[goals]]\nkpi = 'chronic_absence'\n", "goals[1].target is missing"),
        (f"color = 'blue'\n{HOSPITAL}", "color"),
    ],
)
def test_a_mistake_in_a_partner_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    error = partners_refused(tmp_path, hospital=text)

    assert error.exit_code == 7
    assert any(line.startswith("hospital.toml: ") and says.split(";")[0] in line for line in error.where.splitlines())
    assert says.rpartition("mean ")[2] in error.where


def test_files_that_begin_with_an_underscore_are_not_read(tmp_path: Path) -> None:
    made = workspace(tmp_path / "district", partners={"_example": "name = 1", "hospital": HOSPITAL})

    assert [partner.id for partner in read_partners(made.partners)] == ["hospital"]


@pytest.mark.parametrize(
    "name",
    ["Riverbend Health", "riverbend  health", "Riverbend", "COUNTY MEMORIAL HOSPITAL."],
)
def test_two_partners_cannot_go_by_one_name(tmp_path: Path, name: str) -> None:
    error = partners_refused(tmp_path, hospital=HOSPITAL, works=f'name = "{name}"\n')

    assert error.exit_code == 7
    assert "hospital.toml" in error.where and "works.toml" in error.where


@pytest.mark.parametrize(
    ("day", "name", "formerly"),
    [
        (dt.date(2024, 6, 30), "County Hospital", ""),
        (dt.date(2024, 7, 1), "County Memorial Hospital", "County Hospital"),
        (dt.date(2025, 7, 1), "County Memorial Hospital", "County Hospital"),
        (dt.date(2025, 7, 3), "County Memorial Hospital", ""),
        (dt.date(2026, 6, 30), "County Memorial Hospital", ""),
        (dt.date(2026, 7, 1), "Riverbend Health", "County Memorial Hospital"),
        (dt.date(2028, 1, 1), "Riverbend Health", ""),
    ],
)
def test_a_partner_goes_by_the_name_of_the_day(tmp_path: Path, day: dt.date, name: str, formerly: str) -> None:
    partner = hospital(tmp_path, f'{HOSPITAL}\n[[formerly]]\nname = "County Hospital"\nuntil = 2024-07-01\n')

    assert (partner.name_on(day), partner.formerly_on(day)) == (name, formerly)


@pytest.mark.parametrize("wanted", ["hospital", "Riverbend Health", "riverbend", "County Memorial Hospital"])
def test_a_partner_is_found_by_id_and_by_any_of_its_names(tmp_path: Path, wanted: str) -> None:
    partner = hospital(tmp_path)

    assert find_partner([partner], wanted) is partner


def test_an_unknown_partner_names_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean hospital") as caught:
        find_partner([hospital(tmp_path)], "hopsital")

    assert caught.value.exit_code == 2


@pytest.mark.parametrize("wanted", ["academy", "Health Academy", "health  academy"])
def test_a_program_is_found_by_id_and_by_its_name(tmp_path: Path, wanted: str) -> None:
    assert find_program(hospital(tmp_path), wanted).id == "academy"


def test_an_unknown_program_names_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean academy") as caught:
        find_program(hospital(tmp_path), "acadmy")

    assert caught.value.exit_code == 2


# Which cohorts the names in an export count for.


@pytest.fixture
def two_partners(tmp_path: Path) -> tuple[Partner, ...]:
    """The hospital with its academy, the machine works with its pathway."""
    return read_partners(workspace(tmp_path / "district", partners={"hospital": HOSPITAL, "works": WORKS}).partners)


def test_partners_and_programs_are_numbered_by_their_ids(two_partners: tuple[Partner, ...]) -> None:
    assert [(cohort.cohort_id, cohort.partner, cohort.program) for cohort in cohorts(two_partners)] == [
        (0, "", ""),
        (1, "hospital", ""),
        (2, "hospital", "academy"),
        (3, "works", ""),
        (4, "works", "machining"),
    ]


@pytest.mark.parametrize(
    ("partner", "program", "counts_for"),
    [
        ("Riverbend Health", "Health Academy", [0, 1, 2]),
        ("hospital", "academy", [0, 1, 2]),
        ("RIVERBEND", "HEALTH ACADEMY", [0, 1, 2]),
        ("river-bend, Health!", "", []),
        ("  Riverbend,Health. ", "health/academy", [0, 1, 2]),
        ("County Memorial Hospital", "Health Academy", [0, 1, 2]),
        ("Tallgrass Machine Works", "cnc", [0, 3, 4]),
        ("Tallgrass Machine Works", "Welding", [0, 3]),
        ("Riverbend Health", "CNC", [0, 1]),
        ("Nobody Knows", "Health Academy", []),
    ],
)
def test_a_pair_of_names_counts_for_the_partner_and_its_program(
    two_partners: tuple[Partner, ...], partner: str, program: str, counts_for: list[int]
) -> None:
    assert cohort_names(two_partners, [(partner, program)]) == tuple(
        CohortName(partner, program, number, "works" if 3 in counts_for else "hospital") for number in counts_for
    )


def test_pairs_are_judged_one_by_one(two_partners: tuple[Partner, ...]) -> None:
    pairs = [("RIVERBEND", "?"), ("Nobody Knows", "?"), ("works", "CNC")]

    assert [name.cohort_id for name in cohort_names(two_partners, pairs)] == [0, 1, 0, 3, 4]


@pytest.mark.parametrize(
    ("columns", "mistake"),
    [
        ('student_number = { value = "7" }\ndate = "date"', "number of a person"),
        ('student_number = "id"\ndate = { value = "September" }', "is not a date such as"),
    ],
)
def test_a_dialect_cannot_make_a_person_or_a_day_up(tmp_path: Path, columns: str, mistake: str) -> None:
    path = tmp_path / "mine.toml"
    table = 'table = "attendance"\n[table.columns]\nschool = "school"\nstatus = "status"'
    path.write_text(f'name = "Mine"\n[[table]]\n{table}\n{columns}\n')
    with pytest.raises(ConfigurationError, match=mistake):
        read_dialect(path)
