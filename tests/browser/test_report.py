"""The report in a real browser: complete, by keyboard, on a telephone, for screen readers, alone."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from clone import Clone, finished_study


@pytest.fixture(scope="module")
def run(session_folder, driver) -> Clone:
    return finished_study(session_folder)


@pytest.fixture
def page(run: Clone, browser):
    browser.open(run.folder / "results" / "report.html")
    return browser


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from the npm registry."""
    npm = shutil.which("npm")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm or "npm", "install", "--silent", "--no-audit", "--no-fund", "axe-core@4.11"]
    if npm and subprocess.run(command, cwd=folder, check=False).returncode == 0:
        return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    message = "axe-core cannot be installed: npm is not there or has no registry"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def evaluate(page, script: str, *arguments: object):
    return page.driver.execute_script(f"return {script}", *arguments)


def made(run: Clone, pattern: str) -> set[str]:
    return {path.stem for path in (run.folder / "results").glob(pattern)}


def broken_rules(page, axe: str) -> list[str]:
    page.driver.set_script_timeout(3600)
    page.driver.execute_script(axe)
    found = page.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, {iframes: false}).then((r) => done(r.violations))"
    )
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_it_begins_with_the_verdict_and_what_data_it_is(page) -> None:
    text = page.driver.find_element("css selector", "header").text
    assert "synthetic head phantom, not patients" in text
    assert "coding every slice by itself changes it by" in text
    assert "1.4 to 3.8 dB" in text


def test_every_table_and_figure_of_the_run_is_there_with_a_caption(run: Clone, page) -> None:
    keys = set(evaluate(page, "[...document.querySelectorAll('figure[id]')].map((f) => f.id)"))
    assert {f"{name}-table" for name in made(run, "tables/*.md")} <= keys
    assert made(run, "figures/*.png") <= keys
    captions = evaluate(
        page,
        "[...document.querySelectorAll('figure[id]:not([id$=-table]) figcaption')].map((c) => c.innerText)",
    )
    assert all(caption.count(" ") > 8 for caption in captions)
    widths = evaluate(
        page,
        "[...document.querySelectorAll('.drawing img')].map((i) => i.decode().then(() => i.naturalWidth))",
    )
    assert len(widths) == len(keys & made(run, "figures/*.png")) + 4
    assert evaluate(page, "document.querySelector('#controls').closest('header').id") == "verdict"


def test_every_link_of_the_contents_leads_to_a_section(page) -> None:
    assert evaluate(
        page, "[...document.querySelectorAll('a[href^=\"#\"]')].every((a) => document.querySelector(a.hash))"
    )


def test_a_table_sorts_and_folds_and_gives_its_data(run: Clone, page) -> None:
    table = "document.querySelector('#rates-table table')"
    page.driver.execute_script(f"{table}.querySelectorAll('th button')[2].click()")
    first = evaluate(page, f"[...{table}.tBodies[0].rows].map((r) => parseFloat(r.cells[2].textContent))")
    assert first == sorted(first)
    assert evaluate(page, f"{table}.querySelectorAll('th')[2].getAttribute('aria-sort')") == "ascending"
    data = evaluate(page, "fetch(document.querySelector('#rates-table a').href).then((r) => r.text())")
    assert data == (run.folder / "results" / "tables" / "rates.csv").read_text()
    folded = "document.querySelectorAll('#claims-table tr.folded').length"
    assert evaluate(page, folded) == 0
    long = "#readings-table"
    assert evaluate(page, f"document.querySelectorAll('{long} tr.folded').length") > 0
    page.driver.execute_script(f"document.querySelector('{long} .tools button').click()")
    assert evaluate(page, f"document.querySelectorAll('{long} tr.folded').length") == 0


def test_verdicts_filter_the_claims(page) -> None:
    buttons = page.driver.find_elements("css selector", "#claims-table .tools button")
    kind = buttons[-1].get_attribute("textContent").rpartition(" (")[0]
    page.driver.execute_script("arguments[0].click()", buttons[-1])
    shown = evaluate(
        page,
        "[...document.querySelectorAll('#claims-table tr:not(.filtered) td[data-verdict]')]"
        ".map((cell) => cell.textContent)",
    )
    assert set(shown) == {kind}
    assert buttons[-1].get_attribute("aria-pressed") == "true"


def test_the_viewer_works_inside_the_report(page) -> None:
    frame = page.driver.find_element("css selector", "iframe")
    page.driver.execute_script("arguments[0].scrollIntoView()", frame)
    page.driver.switch_to.frame(frame)
    page.until("document.body.dataset.shown")
    height = evaluate(page, "document.documentElement.offsetHeight")
    page.driver.switch_to.default_content()
    page.until("document.querySelector('iframe').clientHeight >= arguments[0]", height)
    assert page.errors() == []


@pytest.mark.parametrize("width", [400, 1440, 2560])
def test_nothing_is_wider_than_the_window(page, width: int) -> None:
    assert page.overhang(width) == 0


def test_the_row_of_means_stays_last_whatever_is_sorted_and_folded(page) -> None:
    table = "document.querySelector('#table1-table table')"
    page.driver.execute_script(f"{table}.querySelectorAll('th button')[0].click()")
    assert evaluate(page, f"{table}.rows[{table}.rows.length - 1].cells[0].textContent") == "mean"
    assert evaluate(page, f"{table}.tFoot.rows[0].className") == ""


def test_no_cell_is_empty_and_no_heading_is_an_identifier(page) -> None:
    cells = "[...document.querySelectorAll('table td, table th')].map((cell) => cell.textContent)"
    assert [text for text in evaluate(page, cells) if not text.strip()] == []
    headings = evaluate(page, "[...document.querySelectorAll('table th')].map((cell) => cell.textContent)")
    assert [text for text in headings if "_" in text] == []


def test_screen_readers_find_nothing_in_their_way(run: Clone, page, axe: str) -> None:
    assert broken_rules(page, axe) == []
    viewer = next((run.folder / "results" / "viewer").glob("*.html"))
    page.open(viewer)
    assert broken_rules(page, axe) == []


def test_it_asks_for_nothing_else_and_stays_small(run: Clone, page) -> None:
    report = run.folder / "results" / "report.html"
    assert page.errors() == []
    assert [url for url in page.requests() if url != "about:srcdoc"] == [report.as_uri()]
    assert report.stat().st_size <= 10_000_000


def test_what_a_later_run_of_a_part_left_older_is_said_at_the_top(run: Clone, page, tmp_path: Path) -> None:
    assert page.driver.find_elements("css selector", ".older") == []
    later = Clone(Path(shutil.copytree(run.folder, tmp_path / "later")))
    result = later.in_one_process("paper", "--config", "threshold=0.31")
    assert result.returncode == 0, result.stdout
    said = re.search(r"Older than the last run: (.*?)\. make", result.stdout)
    assert said is not None
    named = set(said[1].split(", "))
    assert {"controls", "rates", "report.html"} <= named
    assert not named & {"table1", "table2", "table3", "figure1"}
    page.open(later.folder / "results" / "report.html")
    assert said[1] in page.driver.find_element("css selector", ".older").text
