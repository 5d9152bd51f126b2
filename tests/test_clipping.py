"""The check that nothing on a page is cut or printed over: pages broken on purpose, one way each."""

import pytest

from partnerkpi.errors import DoesNotFit
from partnerkpi.render.pdf import lay_out

WORD = "Donaudampfschifffahrtsgesellschaft" * 6
PAGE = """<!DOCTYPE html><html lang="en"><head><title>page</title><style>
@page {{ size: letter landscape; margin: 30pt }}
body, p {{ margin: 0 }} table {{ width: 100% }}
footer {{ position: absolute; bottom: 0; left: 0; right: 0; height: 40pt }}
{style}
</style></head><body><main>{body}</main><footer>small print</footer></body></html>"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><title>picture</title></svg>'

SOUND = {
    "words": ("", "<p>some words</p><p>and more</p>"),
    "a table": ("", "<table><tr><th>name</th><td>12%</td></tr></table>"),
    "a float beside text": (".f { float: left }", '<div><p class="f">96%</p><p>percent of days</p></div>'),
    "a picture in a line": ("", f"<p>a {PICTURE.format(width='10pt', height='10pt')} b</p>"),
    "a word that may be broken": ("p { overflow-wrap: break-word }", f"<p>{WORD}</p>"),
    "a hanging first line": ("p { padding-left: 10pt; text-indent: -10pt }", "<p>first line</p>"),
}
BROKEN = {
    "a word that may not be broken": ("", f"<p>{WORD}</p>"),
    "a word in nested inline boxes": ("", f"<p><b><i><span>{WORD}</span></i></b></p>"),
    "a line that may not be broken": ("p { white-space: nowrap }", f"<p>{'many words ' * 40}</p>"),
    "a table wider than the page": (
        "td { white-space: nowrap }",
        f"<table><tr>{'<td>many words</td>' * 20}</tr></table>",
    ),
    "a word wider than its cell": (
        "table { table-layout: fixed }",
        f"<table><tr><td>{WORD[:60]}</td>{'<td>x</td>' * 9}</tr></table>",
    ),
    "a picture wider than its cell": (
        "table { table-layout: fixed }",
        f"<table><tr><td>{PICTURE.format(width='300pt', height='10pt')}</td>{'<td>x</td>' * 9}</tr></table>",
    ),
    "a picture higher than the page": ("", PICTURE.format(width="10pt", height="900pt")),
    "a picture higher than its frame": (
        "div { height: 20pt }",
        f"<div>{PICTURE.format(width='9pt', height='90pt')}</div>",
    ),
    "a float wider than its frame": (
        "div { width: 90pt } .f { float: left; white-space: nowrap }",
        '<div><p class="f">$1,234,567 of $2,000,000 planned</p></div>',
    ),
    "text hidden behind the edge of its frame": (
        "div { height: 12pt; overflow: hidden }",
        "<div><p>one</p><p>two</p><p>three</p></div>",
    ),
    "text outside of the page": ("p { margin-left: -60pt }", "<p>some words</p>"),
    "text above the page": ("p { position: relative; top: -40pt }", "<p>some words</p>"),
    "text on text": (".up { margin-top: -8pt }", '<p>some words</p><p class="up">other words</p>'),
    "text on text, moved": (".up { position: relative; top: -9pt }", '<p>some words</p><p class="up">other words</p>'),
    "lines too close": ("p { line-height: 5pt; width: 90pt }", "<p>words that take more than one line</p>"),
    "text on a picture": (
        ".up { margin-top: -8pt }",
        f'<div>{PICTURE.format(width="60pt", height="20pt")}</div><p class="up">other words</p>',
    ),
    "text under the footer": ("div { height: 520pt }", "<div></div><p>some words</p>"),
    "a second page": ("", "<p>some words</p>" * 60),
    "a footer higher than the page": ("footer { height: auto }", "</main><footer>" + "<p>words</p>" * 60 + "</footer>"),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_page_is_laid_out(name: str) -> None:
    style, body = SOUND[name]
    assert lay_out(PAGE.format(style=style, body=body)).free > 0


@pytest.mark.parametrize("name", BROKEN)
def test_a_page_on_which_something_is_cut_is_refused_and_says_where(name: str) -> None:
    style, body = BROKEN[name]
    with pytest.raises(DoesNotFit) as caught:
        lay_out(PAGE.format(style=style, body=body))
    assert caught.value.exit_code == 6
    assert any(
        word in caught.value.where for word in ("word", "Donau", "picture", "$1,2", "one", "small print", "many")
    )
