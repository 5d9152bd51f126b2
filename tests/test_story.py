"""The story: what is read aloud agrees with the figures, claims no cause, is short, plain, and fit for a room."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from board_sets import Measured, board_of, small_group
from given import ROOT
from reading import english_syllables, flesch_kincaid, inflesz, spanish_syllables

from partnerkpi.config.workspace import Workspace
from partnerkpi.language import LANGUAGES, Language
from partnerkpi.models.board import Board, Clause, Sentence
from partnerkpi.models.kpi import UNITS, Kpi
from partnerkpi.models.release import Population, Release, State
from partnerkpi.models.school_year import Quarter
from partnerkpi.report import story
from partnerkpi.report.clauses import listed, told
from partnerkpi.report.figures import KpiFigures
from partnerkpi.report.spoken import bare, spoken

CAUSE = {
    "en": r"because|caus|thanks|led to|due to|owing|result of|therefore|\bso that\b|\bsince\b",
    "es": r"porque|caus|gracias|debido|condujo|llevó a|resultado de|por culpa|por lo tanto|por eso|\bya que\b",
}
# What words say, in percent; read here anew, not out of the code.
SAID = {
    r"about one in (twenty|ten|five|four|three) ": {"twenty": 5, "ten": 10, "five": 20, "four": 25, "three": 100 / 3},
    r"about (half|two|three|four|nine)(?: of| in)": {"half": 50, "two": 200 / 3, "three": 75, "four": 80, "nine": 90},
}
COUNTS = {"en": "one two three four five six seven eight nine", "es": "una dos tres cuatro cinco seis siete ocho nueve"}
WHERE = Population("hospital", "", "2026-27 Q1", "year to date")


@pytest.fixture(scope="session")
def boards(sample_measured: Measured, sample: Workspace, tmp_path_factory: pytest.TempPathFactory) -> list[Board]:
    """The boards of the sample in both languages, some with similar students, and those of nine students and none."""
    found = [board for language in LANGUAGES for board in sample_measured.boards(language)]
    for language in LANGUAGES:
        found += [board_of(sample, language, partner=name) for name in ("college", "hospital", "manufacturer")]
    for students in (9, 0):
        made = small_group(tmp_path_factory.mktemp("small") / "district", students)
        found += [board_of(made, language) for language in LANGUAGES]
    return found


def clauses(board: Board) -> list[Clause]:
    """Every clause that a board says."""
    return [clause for sentence in (board.headline, *board.story) for clause in sentence.clauses]


def numbers(text: str) -> set[str]:
    """The numbers in a text, without commas."""
    return {number.replace(",", "") for number in re.findall(r"\d+(?:[.,]\d+)*", text)}


def aloud(board: Board) -> str:
    """What is read aloud, as one text."""
    return " ".join(sentence.text for sentence in (board.headline, *board.story)) + " " + board.ask


def parts(text: str) -> list[float]:
    """What parts of a whole a text speaks of, in percent: "about nine in ten", "cerca de 9 de cada 10"."""
    found = [100 * int(some) / int(whole) for some, whole in re.findall(r"cerca de (\d+) de cada (\d+)", text)]
    for pattern, percent in SAID.items():
        found += [percent[word] for word in re.findall(pattern, text, flags=re.IGNORECASE)]
    return found


# What is said is what is shown.


def test_every_number_of_a_clause_is_a_number_of_its_figures(boards: list[Board]) -> None:
    checked = 0
    for board in boards:
        for clause in clauses(board):
            releases = [board.release(code) for code in clause.codes]
            text = re.sub(r"\d+ de cada \d+", "", clause.text)
            told = set().union(*(numbers(f"{r.text} {r.population.period}") for r in releases), set())
            about = {number for number in re.findall(r"(?:about|cerca de) \$([\d,]+)", text)}
            for amount in about:
                value = float(amount.replace(",", ""))
                assert any(r.low and abs(value - r.low) <= 0.03 * r.low for r in releases), clause
            assert numbers(text) - {amount.replace(",", "") for amount in about} <= told, clause
            checked += len(numbers(text))
    assert checked > 500


def test_a_part_of_a_whole_is_said_only_within_a_point_of_it(boards: list[Board]) -> None:
    heard = 0
    for board in boards:
        for clause in clauses(board):
            for percent in parts(clause.text):
                shown = [board.release(code) for code in clause.codes]
                assert any(r.exact and r.low is not None and abs(r.low - percent) <= 1 for r in shown), clause
                heard += 1
    assert heard > 10


def test_a_clause_without_figures_has_no_number(boards: list[Board]) -> None:
    for board in boards:
        assert not [clause for clause in clauses(board) if not clause.codes and re.search(r"\d", clause.text)]


def test_nothing_hidden_is_said(boards: list[Board]) -> None:
    for board in boards:
        for clause in clauses(board):
            unshown = [code for code in clause.codes if board.release(code).state is not State.SHOWN]
            assert not unshown or not re.search(r"\d", clause.text), clause


def test_what_became_of_goals_is_counted_right(boards: list[Board]) -> None:
    seen = 0
    for board in boards:
        words = COUNTS[board.language].split()
        for sentence in board.story:
            match = re.match(
                r"(?:We met|We missed|We are behind on|Cumplimos|No cumplimos|Vamos con atraso en) (\w+):",
                sentence.text,
            )
            if match:
                status = {"met": "met", "missed": "missed", "behind": "behind"}
                expected = (
                    "missed"
                    if re.match("We missed|No", match[0])
                    else "met"
                    if re.match("We met|Cumpl", match[0])
                    else "behind"
                )
                goals = [goal for goal in board.goals if goal.status == status[expected]]
                assert words.index(match[1]) + 1 == len(sentence.codes)
                assert not board.goals or [goal.now for goal in goals] == list(sentence.codes)
                seen += 1
    assert seen > 40


def test_a_year_ago_is_better_or_worse_as_the_figure_says(boards: list[Board]) -> None:
    seen = set()
    for board in boards:
        better = {line.changed: line.better for line in board.kpi_lines}
        for clause in clauses(board):
            match = re.search(r"better|worse|mejor|peor", clause.text)
            if not match or clause.codes[0] not in better:
                continue
            change = board.release(clause.codes[0])
            assert change.low
            improved = (change.low > 0) == (better[change.code] == "higher")
            assert (match[0] in ("better", "mejor")) == improved, clause
            seen.add(match[0])
    assert seen >= {"worse", "peor"}


def test_what_is_about_the_same_is_said_to_be(boards: list[Board]) -> None:
    told = {"en": "about the same as a year ago", "es": "casi igual que hace un año"}
    clauses_of_it = [(board, c) for board in boards for c in clauses(board) if told[board.language] in c.text]

    assert len(clauses_of_it) > 10
    assert all(board.release(clause.codes[0]).low == 0 for board, clause in clauses_of_it)


def test_what_is_hidden_is_told_by_its_name(sample: Workspace) -> None:
    board = board_of(sample, "en")
    (sentence,) = [sentence for sentence in board.story if sentence.text.startswith("To protect privacy")]
    names = {line.now: line.name for line in board.kpi_lines}

    assert {board.release(code).state for code in sentence.codes} == {State.HIDDEN}
    assert all(names[code].lower() in sentence.text for code in sentence.codes)


# Nothing is claimed, and anybody can follow.


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_claims_a_cause(boards: list[Board], language: str) -> None:
    for board in boards:
        if board.language == language:
            assert not re.search(CAUSE[language], aloud(board), flags=re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_neither_does_what_a_kpi_file_or_the_code_can_say(sample_measured: Measured, language: str) -> None:
    spoken_in = Language(language)
    texts = [text for kpi in sample_measured.catalogue.kpis for text in (kpi.name, kpi.aloud)]
    tables = [value for value in vars(story).values() if isinstance(value, dict)]
    texts += [text for table in tables for text in table.values() if isinstance(text, str)]

    assert len(texts) > 100
    assert not [text for text in texts if re.search(CAUSE[language], spoken_in.look_up(text), flags=re.IGNORECASE)]


def test_headline_and_story_are_short(boards: list[Board]) -> None:
    for board in boards:
        assert 3 <= len(board.headline.text.split()) <= 25, board.headline.text
        assert sum(len(sentence.text.split()) for sentence in board.story) <= 225, board.title


def test_sentences_are_whole(boards: list[Board]) -> None:
    for board in boards:
        for sentence in (board.headline, *board.story):
            assert re.fullmatch(r"[A-ZÁÉÍÓÚ][^\n]*[^\s.,;:]\.", sentence.text), sentence.text
            assert not re.search(r"\s{2}|\s[,.;:]|[,;:]{2}|[{}]", sentence.text), sentence.text


def test_an_english_board_reads_like_eighth_grade_or_below(boards: list[Board]) -> None:
    grades = [(flesch_kincaid(aloud(board)), aloud(board)) for board in boards if board.language == "en"]

    assert max(grades)[0] <= 8, max(grades)


def test_a_spanish_board_reads_normally_or_easier(boards: list[Board]) -> None:
    ease = [(inflesz(aloud(board)), aloud(board)) for board in boards if board.language == "es"]

    assert min(ease)[0] >= 55, min(ease)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("attendance", 3), ("students", 2), ("courses", 2), ("planned", 1), ("completed", 3), ("school", 1),
        ("people", 2), ("favorable", 4), ("college", 2), ("grade", 1), ("passed", 1), ("changes", 2), ("97", 2),
    ],
)  # fmt: skip
def test_english_syllables(word: str, syllables: int) -> None:
    assert english_syllables(word) == syllables


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("asistencia", 4), ("ausentismo", 4), ("crónico", 3), ("días", 2), ("universidad", 5), ("que", 1), ("y", 1),
        ("seguimiento", 4), ("aún", 2), ("ley", 1), ("proyecto", 3), ("guía", 2), ("área", 3), ("vergüenza", 3),
    ],
)  # fmt: skip
def test_spanish_syllables(word: str, syllables: int) -> None:
    assert spanish_syllables(word) == syllables


def test_long_words_and_sentences_are_harder_to_read() -> None:
    plain = "Students passed nine in ten courses. We met one goal."
    learned = "Institutional participation notwithstanding, programmatic deliverables underperformed considerably."
    escolar = "Tres de cada cuatro van bien en la escuela. Cumplimos una meta."
    culto = "La institucionalización de procedimientos interdisciplinarios imposibilita evaluaciones pormenorizadas."

    assert flesch_kincaid(plain) < 4 and flesch_kincaid(learned) > 15
    assert inflesz(escolar) > 65 and inflesz(culto) < 20


# How a figure is said.


def kpi_of(measured: Measured, kpi_id: str, **changes: object) -> Kpi:
    """A shipped KPI, with something else about it."""
    (kpi,) = [kpi for kpi in measured.catalogue.kpis if kpi.id == kpi_id]
    return replace(kpi, **changes)  # type: ignore[arg-type]


def release(low: float | None, high: float | None = None, text: str = "", code: str = "A1") -> Release:
    """A shown figure."""
    return Release(code, "chronic_absence", WHERE, State.SHOWN, text, low, low if high is None else high)


@pytest.mark.parametrize(
    ("low", "high", "unit", "english", "spanish"),
    [
        (90, 90, "percent of course marks", "about nine in ten courses", "cerca de 9 de cada 10 cursos"),
        (21, 21, "percent of students", "about one in five students", "cerca de 1 de cada 5 estudiantes"),
        (22, 22, "percent of students", "22 percent of students", "22 por ciento de los estudiantes"),
        (49, 49, "percent of placements", "about half of the placements", "cerca de 1 de cada 2 prácticas"),
        (80, 90, "percent of days", "between 80 and 90 percent of school days",
         "entre 80 y 90 por ciento de los días de clases"),
        (95, 100, "percent of answers", "at least 95 percent of answers", "al menos 95 por ciento de las respuestas"),
        (0, 5, "percent of students", "at most 5 percent of students", "a lo sumo 5 por ciento de los estudiantes"),
        (90, 90, "percent of plan", "90 percent of the plan", "90 por ciento del plan"),
        (120, 120, "percent of plan", "120 percent of the plan", "120 por ciento del plan"),
        (51174, 51174, "dollars", "about $51,000", "cerca de $51,000"),
        (6550, 6550, "dollars", "about $6,600", "cerca de $6,600"),
        (22000, 22000, "dollars", "$22,000", "$22,000"),
        (750, 750, "dollars per student", "$750 for each student", "$750 por estudiante"),
    ],
)  # fmt: skip
def test_a_figure_is_said_as_people_say_it(
    sample_measured: Measured, low: float, high: float, unit: str, english: str, spanish: str
) -> None:
    kpi = kpi_of(sample_measured, "chronic_absence", unit=unit)

    assert spoken(release(low, high), kpi, Language()) == english
    assert spoken(release(low, high), kpi, Language("es")) == spanish


def test_a_second_mention_leaves_out_what_is_counted(sample_measured: Measured) -> None:
    kpi = kpi_of(sample_measured, "chronic_absence")

    assert bare(release(90), kpi, Language()) == "90 percent"
    assert bare(release(80, 90), kpi, Language("es")) == "entre 80 y 90 por ciento"


@pytest.mark.parametrize("unit", UNITS)
def test_a_kpi_nobody_knows_is_read_by_its_name_and_unit(sample_measured: Measured, unit: str) -> None:
    kpi = kpi_of(sample_measured, "chronic_absence", name="Late starters", aloud="", unit=unit)
    one = release(12.0, text="12")
    quarter = next(q for q in sample_measured.calendar.quarters if q.label == WHERE.period)
    text = told(_figures(kpi, one, quarter), Language()).text

    assert re.fullmatch(r"Late starters: [^{}]*\d[^{}]*\.", text)
    assert unit in ("dollars", "FTE") or unit.split()[-1].rstrip("s") in text or unit.startswith(("grade", "percent"))


def _figures(kpi: Kpi, now: Release, quarter: Quarter) -> KpiFigures:
    nothing = Release("A1-d", kpi.id, WHERE, State.MISSING, "no comparison")
    return KpiFigures(kpi, quarter, now, nothing, nothing, (), False)


def test_names_with_commas_are_kept_apart() -> None:
    assert listed(["Courses passed", "Placements"]) == "courses passed, placements"
    assert listed(["GPA, unweighted", "Placements"]) == "GPA, unweighted; placements"


def test_a_sentence_of_a_kpi_file_is_read(own_sample: Workspace) -> None:
    folder = own_sample.root / "queries" / "kpis"
    folder.mkdir(parents=True)
    shipped = (ROOT / "queries" / "kpis" / "chronic_absence.sql").read_text("utf-8")
    (folder / "chronic_absence.sql").write_text(
        re.sub("-- aloud: .*", "-- aloud:      We missed {figure} a lot", shipped)
    )
    texts = [sentence.text for sentence in board_of(own_sample, "en").story]

    assert [text for text in texts if text.startswith("We missed 12 percent of students a lot, ")]


# How long it is.


def test_what_is_least_needed_is_left_out(sample: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = board_of(sample, "en").story
    monkeypatch.setattr(story, "STORY_WORDS", 150)
    short = board_of(sample, "en").story

    assert _words(whole) > 130 and 60 < _words(short) <= 100
    assert [sentence for sentence in whole if sentence in short] == list(short)
    assert any("We are behind on three" in sentence.text for sentence in short)
    assert not any("similar" in sentence.text for sentence in short)


def test_a_headline_that_would_be_too_long_says_less(sample: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for most in (25, 16, 12, 8):
        monkeypatch.setattr(story, "MOST_WORDS", most)
        assert len(board_of(sample, "en").headline.text.split()) <= most


def test_the_same_input_gives_the_same_words(sample: Workspace, tmp_path: Path) -> None:
    one, other = (board_of(small_group(tmp_path / name), "es") for name in ("one", "other"))

    assert (one.headline, one.ask, one.story) == (other.headline, other.ask, other.story)
    assert board_of(sample, "es").story == board_of(sample, "es").story


def _words(sentences: Sequence[Sentence]) -> int:
    return sum(len(sentence.text.split()) for sentence in sentences)
