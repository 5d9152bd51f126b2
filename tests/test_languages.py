"""Languages: every text a board says has a translation with the same placeholders, and no board falls back."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from board_sets import Measured, board_of, small_group
from given import ROOT

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.language import Language
from partnerkpi.models.board import Audience
from partnerkpi.render import render

LOCALE = ROOT / "src" / "partnerkpi" / "locale"
SCRIPT = ROOT / "scripts" / "messages.py"


def catalogue(path: Path) -> Catalog:
    """A catalogue as it lies on disk."""
    with path.open("rb") as file:
        return read_po(file)


def texts(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """The translations of a catalogue, each with the files that say it."""
    found = catalogue(path)
    return {str(m.id): (str(m.string), frozenset(name for name, _ in m.locations)) for m in found if m.id}


def updated(path: Path, to: Path) -> str:
    """What the script says of a copy that it has brought up to date."""
    shutil.copyfile(path, to)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(to)], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What any language in use did not know."""
    found: set[str] = set()

    def listening(self: Language, code: str = "en") -> None:
        self.code, self.missing = code, found

    monkeypatch.setattr(Language, "__init__", listening)
    return found


def test_the_catalogue_holds_what_is_said_and_nothing_else(tmp_path: Path) -> None:
    assert updated(LOCALE / "es.po", tmp_path / "es.po") == "every text has a translation"
    assert texts(tmp_path / "es.po") == texts(LOCALE / "es.po"), "run `make messages`, and translate what is new"


def test_what_is_new_is_added_and_what_nobody_says_is_dropped(tmp_path: Path) -> None:
    told = (LOCALE / "es.po").read_text("utf-8")
    changed = told.replace('msgid "Chronic absence"', 'msgid "Chronic presence"')
    assert changed != told
    (tmp_path / "changed.po").write_text(changed, "utf-8")

    assert updated(tmp_path / "changed.po", tmp_path / "es.po") == "1 texts lack a translation"
    assert texts(tmp_path / "es.po")["Chronic absence"][0] == ""
    assert "Chronic presence" not in texts(tmp_path / "es.po")


def test_a_text_that_cannot_be_told_from_the_code_stops_the_script(tmp_path: Path) -> None:
    package = tmp_path / "partnerkpi"
    package.mkdir()
    (package / "language.py").write_text("")
    (package / "loud.py").write_text("def greet(say, name):\n    return say(name + '!')\n")
    program = "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import said_in_python as s"
    program += "; print(s.said_in_python(Path(sys.argv[2])))"
    done = subprocess.run(
        [sys.executable, "-c", program, str(SCRIPT.parent), str(package)], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 1
    assert "loud.py, line 2" in done.stderr


def test_a_translation_has_the_placeholders_and_the_ends_of_its_text() -> None:
    translated = texts(LOCALE / "es.po")

    assert len(translated) > 400
    for text, (translation, _) in translated.items():
        assert sorted(re.findall(r"\{\w*\}", text)) == sorted(re.findall(r"\{\w*\}", translation)), text
        assert re.match(r"[,; ]*", text)[0] == re.match(r"[,; ]*", translation)[0], text  # type: ignore[index]
        assert text.endswith(".") == translation.endswith("."), text
        assert "  " not in translation and translation.rstrip() == translation, text


def test_a_definition_keeps_the_sentences_that_name_a_setting(sample_measured: Measured) -> None:
    language = Language("es")
    for kpi in sample_measured.catalogue.kpis:
        pair = [re.split(r"(?<=[.]) ", text) for text in (kpi.definition, language.look_up(kpi.definition))]

        assert len(pair[0]) == len(pair[1]), kpi.id
        assert [bool(re.search(r"\{", s)) for s in pair[0]] == [bool(re.search(r"\{", s)) for s in pair[1]], kpi.id


def test_the_catalogue_says_what_it_is_and_has_no_drafts() -> None:
    found = catalogue(LOCALE / "es.po")

    assert str(found.locale) == "es"
    assert not [message.id for message in found if message.fuzzy and message.id]
    assert not [message.id for message in found if message.context]
    assert list(texts(LOCALE / "es.po")) == sorted(texts(LOCALE / "es.po"))
    assert not re.search(r"EMAIL|FULL NAME|ORGANIZATION|YEAR", (LOCALE / "es.po").read_text("utf-8"))


# No board falls back into English.


def test_every_board_of_the_sample_is_spanish(sample_measured: Measured, missing: set[str]) -> None:
    boards = sample_measured.boards("es")

    assert len(boards) == 54
    assert missing == set()


@pytest.mark.parametrize("audience", list(Audience))
def test_the_page_of_the_sample_is_spanish(sample: Workspace, missing: set[str], audience: Audience) -> None:
    board = board_of(sample, "es", audience)
    page = render("html", board, assets.search_path("templates")).decode()

    assert missing == set()
    assert '<html lang="es">' in page and "Ausentismo crónico" in page
    words = set(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL).casefold().split())
    assert not words & {"students", "shown", "target", "planned", "higher", "quarters", "than", "notes.", "school"}


@pytest.mark.parametrize("students", [9, 0], ids=["nine students", "nobody"])
def test_boards_without_figures_are_spanish(tmp_path: Path, missing: set[str], students: int) -> None:
    made = small_group(tmp_path / "district", students)
    for audience in Audience:
        render("html", board_of(made, "es", audience), assets.search_path("templates"))

    assert missing == set()


def test_a_kpi_of_the_workspace_keeps_its_own_words(own_sample: Workspace) -> None:
    folder = own_sample.root / "queries" / "kpis"
    folder.mkdir(parents=True)
    shipped = (ROOT / "queries" / "kpis" / "attendance_rate.sql").read_text("utf-8")
    (folder / "attendance_rate.sql").write_text(re.sub("-- name: .*", "-- name:       Presencia", shipped))

    assert "Presencia" in {line.name for line in board_of(own_sample, "es").kpi_lines}


def test_a_partner_and_a_district_choose_the_language(tmp_path: Path) -> None:
    made = small_group(tmp_path / "district", settings='\n[board]\nlanguage = "es"\n')
    path = made.root / "partners" / "hospital.toml"

    assert board_of(made, "").language == "es"
    path.write_text(path.read_text() + '\n[board]\nlanguage = "en"\n')
    assert board_of(made, "").language == "en"
    assert board_of(made, "es").language == "es"
