"""Encodings: UTF-8 and UTF-16 with and without a mark, Windows-1252, what a dialect declares, and what nobody says."""

import pytest
from outcome import Outcome, outcomes, register

from partnerkpi.models.load import LoadStatus

NOT_UTF8 = "not UTF-8; read as "
DECLARED = """\
name = "An old Macintosh"
encoding = "mac_roman"

[[table]]
table = "attendance"

[table.columns]
student_number = "pupil"
school = "building"
date = "day"
status = "code"
"""
FILES: dict[str, bytes] = {
    "utf8.csv": register("Escuela Núñez").encode(),
    "utf8_bom.csv": register("Utf8 bom").encode("utf-8-sig"),
    "utf16_le_bom.txt": register("Le bom Ñ").replace(",", "\t").encode("utf-16"),
    "utf16_be_bom.csv": b"\xfe\xff" + register("Be bom").encode("utf-16-be"),
    "utf16_le.csv": register("Le Ñ").encode("utf-16-le"),
    "utf16_be.csv": register("Be").encode("utf-16-be"),
    "utf32_bom.csv": register("Utf32").encode("utf-32"),
    "windows1252_0x92.csv": register("O’Brien").encode("cp1252"),
    "windows1252_accents.csv": register("Peña").encode("cp1252"),
    "undeclared_cyrillic.csv": register("Школа Север").encode("cp1251"),
    "undeclared_japanese.csv": register("北高等学校").encode("shift_jis"),
    "declared.csv": register("O’Brien Mac")
    .replace("student_number,school,date,status", "pupil,building,day,code")
    .encode("mac_roman"),
    "rare_letter_far_down.csv": (register("Far", 60_000) + "99,Far,2025-09-01,present\n".replace("Far", "Fär")).encode(
        "cp1252"
    ),
    "utf8_cut_in_a_letter.csv": register("Müller").encode()[:-8] + "ü".encode()[:1],
    "utf16_cut_in_a_letter.csv": register("Cut").encode("utf-16")[:-1],
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All files of this row of quirks."""
    return outcomes(tmp_path_factory.mktemp("encodings"), FILES, {"mac": DECLARED})


def _schools(outcome: Outcome) -> set[str]:
    assert (outcome.load.status, outcome.counts.loaded, outcome.counts.rows_in_file) == (LoadStatus.LOADED, 5, 5)
    assert outcome.quarantine == ()
    return set(outcome.values("school"))


def test_utf8(found: dict[str, Outcome]) -> None:
    assert _schools(found["utf8.csv"]) == {"Escuela Núñez"}
    assert found["utf8.csv"].load.notices == ()


def test_utf8_with_a_byte_order_mark(found: dict[str, Outcome]) -> None:
    assert _schools(found["utf8_bom.csv"]) == {"Utf8 bom"}
    assert found["utf8_bom.csv"].load.notices == ()


@pytest.mark.parametrize(
    ("name", "school"),
    [("utf16_le_bom.txt", "Le bom Ñ"), ("utf16_be_bom.csv", "Be bom"), ("utf32_bom.csv", "Utf32")],
)
def test_utf16_unicode_text_with_a_byte_order_mark(found: dict[str, Outcome], name: str, school: str) -> None:
    assert _schools(found[name]) == {school}
    assert found[name].load.notices == ()


@pytest.mark.parametrize(
    ("name", "school", "encoding"), [("utf16_le.csv", "Le Ñ", "utf-16-le"), ("utf16_be.csv", "Be", "utf-16-be")]
)
def test_utf16_without_a_byte_order_mark(found: dict[str, Outcome], name: str, school: str, encoding: str) -> None:
    assert _schools(found[name]) == {school}
    assert found[name].load.notices == (f"no byte order mark; read as {encoding}",)


@pytest.mark.parametrize(("name", "school"), [("windows1252_0x92.csv", "O’Brien"), ("windows1252_accents.csv", "Peña")])
def test_windows_1252_with_0x92(found: dict[str, Outcome], name: str, school: str) -> None:
    assert _schools(found[name]) == {school}
    assert found[name].load.notices == (NOT_UTF8 + "cp1252",)


@pytest.mark.parametrize(
    ("name", "school", "encoding"),
    [("undeclared_cyrillic.csv", "Школа Север", "cp1251"), ("undeclared_japanese.csv", "北高等学校", "cp932")],
)
def test_an_undeclared_other_encoding_is_the_best_guess_and_said(
    found: dict[str, Outcome], name: str, school: str, encoding: str
) -> None:
    assert _schools(found[name]) == {school}
    assert found[name].load.notices == (f"{NOT_UTF8}{encoding}, the best guess",)


def test_the_encoding_a_dialect_declares(found: dict[str, Outcome]) -> None:
    assert _schools(found["declared.csv"]) == {"O’Brien Mac"}
    assert found["declared.csv"].load.notices == (NOT_UTF8 + "mac_roman",)


def test_one_letter_of_another_encoding_far_down_in_a_long_file(found: dict[str, Outcome]) -> None:
    outcome = found["rare_letter_far_down.csv"]
    assert outcome.counts.loaded == 60_001
    assert outcome.values("school")[-1] == "Fär"
    assert outcome.load.notices == (NOT_UTF8 + "cp1252",)


@pytest.mark.parametrize("name", ["utf8_cut_in_a_letter.csv", "utf16_cut_in_a_letter.csv"])
def test_a_text_that_ends_in_the_middle_of_a_letter_is_no_complete_export(found: dict[str, Outcome], name: str) -> None:
    """Read in another encoding it would be whole, and every name in it wrong."""
    assert found[name].load.status is LoadStatus.REFUSED
    assert "this is not a complete export" in found[name].load.reason
