"""Files that are no complete export: cut off, empty, or something else under an export's name. Refused whole."""

import gzip

import pytest
from outcome import HEADER, Outcome, outcomes, register

from partnerkpi.models.load import LoadStatus

CUT = register("Cut")[:-12]
NOT_COMPLETE: dict[str, tuple[str | bytes, str]] = {
    "cut_off.csv": (CUT, "the last row is cut off"),
    "cut_off_crlf.csv": (CUT.replace("\n", "\r\n"), "the last row is cut off"),
    "cut_off_cr.csv": (CUT.replace("\n", "\r"), "the last row is cut off"),
    "cut_off_utf16.txt": (CUT.encode("utf-16"), "the last row is cut off"),
    "cut_off.csv.gz": (gzip.compress(CUT.encode()), "the last row is cut off"),
    "cut_off_in_a_quote.csv": (register("Cut").replace("Cut", '"Cut"')[:-23], "a quoted cell never ends"),
    "no_bytes.csv": (b"", "the file is empty"),
    "no_bytes.csv.gz": (gzip.compress(b""), "the file is empty"),
    "header_only.csv": (HEADER + "\n", "there is nothing below the header"),
    "header_only_cut_off.csv": (HEADER, "there is nothing below the header"),
    "header_only.tsv": ("\ufeff" + HEADER.replace(",", "\t") + "\r\n", "there is nothing below the header"),
    "login.csv": (
        "<!DOCTYPE html><html><body>Please sign in</body></html>",
        "it is a web page; perhaps the login had expired",
    ),
    "login_bom.csv": (
        "\ufeff\r\n<html><head><title>Sign in</title>",
        "it is a web page; perhaps the login had expired",
    ),
    "table.csv": ("<table><tr><td>1</td></tr></table>", "it is a web page; perhaps the login had expired"),
    "error.csv": ('{"error": "unauthorized"}', "it is JSON, not a table"),
    "records.csv": ('[\n  {"student_number": 1}\n]', "it is JSON, not a table"),
}
OTHERWISE_NO_EXPORT: dict[str, tuple[str | bytes, str]] = {
    "binary.csv": (bytes(range(256)) * 8, "this is a binary file, not a table"),
    "damaged.csv.gz": (gzip.compress(register("Cut").encode())[:-9], "the compressed file is damaged or cut off"),
    "no_gzip.csv.gz": (register("Cut"), "the compressed file is damaged or cut off"),
    "no_workbook.xlsx": (b"PK nonsense", "the workbook cannot be opened"),
    "old_workbook.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99, "the workbook has a password, or is of the kind"),
    "unknown.csv": ("foo,bar\n1,2\n", "none of its first lines is a header that a dialect knows"),
    "letter.docx": (b"x", "this kind of file is not read"),
}
FILES = {name: content for name, (content, _) in (NOT_COMPLETE | OTHERWISE_NO_EXPORT).items()}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All files of this row of quirks."""
    return outcomes(tmp_path_factory.mktemp("broken"), {**FILES, "whole.csv": register("Whole")})


@pytest.mark.parametrize("name", NOT_COMPLETE)
def test_cut_off_no_bytes_header_only_a_login_page_and_json_are_no_complete_export(
    found: dict[str, Outcome], name: str
) -> None:
    load = found[name].load
    assert load.status is LoadStatus.REFUSED
    assert load.reason == f"The file was not taken in: this is not a complete export: {NOT_COMPLETE[name][1]}."
    assert name in load.where and load.advice


@pytest.mark.parametrize("name", OTHERWISE_NO_EXPORT)
def test_what_is_no_export_at_all(found: dict[str, Outcome], name: str) -> None:
    load = found[name].load
    assert load.status is LoadStatus.REFUSED
    assert OTHERWISE_NO_EXPORT[name][1] in load.reason
    assert name in load.where and load.advice


def test_a_row_cut_off_is_named_by_its_line(found: dict[str, Outcome]) -> None:
    assert found["cut_off.csv"].load.where.endswith("cut_off.csv, line 6")


def test_a_whole_file_after_all_these_is_taken_in(found: dict[str, Outcome]) -> None:
    """They left nothing behind: it is load 1."""
    assert (found["whole.csv"].load.load, found["whole.csv"].counts.loaded) == (1, 5)
