"""The HTML report: one page that needs nothing else, and that a browser shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from mockserver.kit.reports import report_html
from mockserver.kit.reports.drawing import draw
from mockserver.kit.reports.drawing_svg import svg
from tests.e2e.browser import PROGRAMS
from tests.kit.reports.reports import GOOD, HASTY, RESENT, case, report

BROWSER = next((path for path in map(shutil.which, PROGRAMS) if path), None)


class Page(HTMLParser):
    """What a page holds: its elements, its anchors and what it links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.attributes |= set(given)
        self.ids |= {given["id"] or ""} if "id" in given else set()
        self.links += [given["href"] or ""] if "href" in given else []
        if tag not in ("meta", "line", "rect", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "rect", "path"):
            assert self.open.pop() == tag


def test_the_page_needs_nothing_else() -> None:
    """No script, no picture, no style beside the one that the policy of the page allows by its digest."""
    text = report_html.to_text(report(case(), case(RESENT)))
    page = Page(text)
    assert not page.open
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert not {"style", "src", "onclick"} & page.attributes
    assert "default-src 'none'; style-src 'sha256-" in text


def test_links_within_the_page_lead_somewhere() -> None:
    """Each cell of the matrix leads to the breach that it tells of."""
    page = Page(report_html.to_text(report(case(), case(RESENT))))
    inner = [one[1:] for one in page.links if one.startswith("#")]
    assert inner
    assert set(inner) <= page.ids


def test_what_a_client_sends_is_no_markup() -> None:
    """Names, paths and reasons are shown as they are."""
    run = "0 poll 'path=/<script>alert(1)</script>' -> 200 done"
    text = report_html.to_text(report(case(run, name="<b>bold</b>")))
    assert "<script" not in text
    assert "<b>bold" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("run", [GOOD, HASTY, RESENT, ""])
def test_a_drawing_is_well_formed(run: str) -> None:
    """Every drawing is an SVG element of its own, as high as what it holds."""
    one = case(run)
    root = Xml.fromstring(svg(draw(one.run, one.verdicts), "a <run> & more"))
    heights = [float(text.get("y", "0")) for text in root.iter("text")]
    assert all(0 < y < float(root.get("height", "0")) for y in heights)


def test_a_hint_that_was_not_obeyed_reaches_over_the_next_call() -> None:
    """The bar of Retry-After: 5 begins at its answer and ends below the call that came after two seconds."""
    one = case(HASTY)
    root = Xml.fromstring(svg(draw(one.run, one.verdicts), "run"))
    (bar,) = (rect for rect in root.iter("rect") if rect.get("class") == "asked")
    begins = float(bar.get("y", "0"))
    times = {text.text: float(text.get("y", "0")) - 4 for text in root.iter("text") if text.get("class") == "time"}
    assert begins == times["2.010 s"]
    assert times["4.000 s"] < begins + float(bar.get("height", "0")) < times["10.000 s"]


@pytest.mark.skipif(BROWSER is None, reason="no chromium here: apt-get install chromium")
def test_a_browser_shows_the_page(tmp_path: Path) -> None:
    """Chromium applies the style sheet, finds no error, and shows a picture of both."""
    (tmp_path / "report.html").write_text(report_html.to_text(report(case(), case(RESENT))), "utf-8")
    told = subprocess.run(
        [
            str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,3000",
            f"--screenshot={tmp_path / 'page.png'}", (tmp_path / "report.html").as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert not re.findall(r"CONSOLE.*", told.stderr)
    from PIL import Image

    with Image.open(tmp_path / "page.png") as picture:
        colours = picture.convert("RGB").getcolors(1_000_000) or []
    shown = {colour for count, colour in colours if count > 50}
    assert (0xFF, 0xFF, 0xFF) in shown
    assert (0xC6, 0x28, 0x28) in shown  # what breaks a law is red: the style sheet was not refused
