"""The report in a real browser: every category opens, nothing fails, nothing outside it is asked for."""

import time
from pathlib import Path

import pytest
from clone import Clone, make_clone
from selenium.webdriver.support.wait import WebDriverWait

METHODS = '["2d-wdr", "3d-wdr", "3d-wdr-mcpd"]'
pytestmark = pytest.mark.timeout(1200)  # the first test waits for a run of the workflow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, driver) -> Clone:
    copy = make_clone(tmp_path_factory.mktemp("report") / "wdr mcpd")
    result = copy.snakemake("results/report.html", "--config", f"methods={METHODS}")
    assert result.returncode == 0, result.stdout
    return copy


@pytest.fixture
def page(run: Clone, browser):
    browser.open(run.folder / "results" / "report.html")
    WebDriverWait(browser.driver, 30).until(lambda driver: driver.find_elements("css selector", "nav li"))
    return browser


def evaluate(page, script: str):
    return page.driver.execute_script(f"return {script}")


def items(page, category: str) -> list[str]:
    """Open a category as its menu entry does, and give the paths of its items."""
    page.driver.execute_script("app.setView({navbarMode: 'menu'})")
    page.driver.execute_script("app.showCategory(arguments[0])", category)
    rows = WebDriverWait(page.driver, 10).until(
        lambda driver: driver.find_elements("css selector", "nav tbody tr")
    )
    paths = page.driver.execute_script("return Object.values(categories[arguments[0]]).flat()", category)
    assert len(rows) == len(paths)
    return paths


def made(run: Clone, pattern: str) -> set[str]:
    return {path.relative_to(run.folder).as_posix() for path in (run.folder / "results").glob(pattern)}


def test_the_landing_page_tells_claim_and_finding(page) -> None:
    text = page.driver.find_element("css selector", ".prose").text
    assert "What the paper claims" in text
    assert "1.4 to 3.8 dB" in text
    assert "synthetic head phantom, not patients" in text
    assert evaluate(page, "document.querySelector('.prose img').naturalWidth") > 100
    regions = page.driver.find_elements("css selector", ".prose tbody tr td:first-child")
    assert [cell.text for cell in regions] == ["selected slices", "all slices", "whole exam"]


def test_the_menu_names_every_category(page) -> None:
    names = [entry.text for entry in page.driver.find_elements("css selector", "nav li")]
    assert [name for name in names if name[:1].isdigit()] == sorted(evaluate(page, "Object.keys(categories)"))


def test_every_item_opens_and_has_a_caption(page) -> None:
    for category in evaluate(page, "Object.keys(categories)"):
        for path in items(page, category):
            result = page.driver.execute_script("return results[arguments[0]]", path)
            assert result["caption"].count(" ") > 5, path
            assert result["labels"].keys() == {"item"}, path
            content = "html" if path.endswith(".html") else "img"
            page.driver.execute_script(
                "app.setView({content: arguments[0], contentPath: results[arguments[1]].data_uri})",
                content,
                path,
            )
            selector = "iframe" if content == "html" else ".grow > .p-3 img"
            shown = page.driver.find_element("css selector", selector)
            assert shown.size["width"] > 200, path
    assert page.errors() == []


def test_every_table_and_picture_of_the_run_is_in_the_report(run: Clone, page) -> None:
    shown = set(evaluate(page, "Object.keys(results)"))
    tables = {f"results/report/{Path(table).stem}.html" for table in made(run, "tables/*.md")}
    assert tables - shown == set()
    assert made(run, "figures/**/*.png") - shown == set()


def test_the_viewer_works_inside_the_report(run: Clone, page) -> None:
    (viewer,) = made(run, "viewer/*.html")
    page.driver.execute_script(
        "app.setView({content: 'html', contentPath: results[arguments[0]].data_uri})", viewer
    )
    WebDriverWait(page.driver, 10).until(
        lambda driver: driver.find_element("css selector", "iframe").get_attribute("src").startswith("blob:")
    )
    page.driver.switch_to.frame(page.driver.find_element("css selector", "iframe"))
    WebDriverWait(page.driver, 10).until(lambda _: evaluate(page, "document.body.dataset.shown"))
    page.driver.switch_to.default_content()
    assert page.errors() == []


def test_nothing_outside_the_file_is_asked_for(run: Clone, page) -> None:
    for category in evaluate(page, "Object.keys(categories)"):
        items(page, category)
    time.sleep(1)
    assert page.errors() == []
    assert page.requests() == [(run.folder / "results" / "report.html").as_uri()]
