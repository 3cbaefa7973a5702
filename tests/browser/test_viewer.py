"""The viewer in a real browser: what it draws, its controls, its keys, and that it asks for nothing else."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from wdr_mcpd.codec import decode, encode
from wdr_mcpd.data import Volume
from wdr_mcpd.report.viewer import COLUMNS, CodedExam, display_window, grey_levels, viewer_html

RATES = (0.25, 1.0, 4.0)
SLICES, ROWS, WIDTH = 6, 40, 48


@pytest.fixture(scope="module")
def exam() -> CodedExam:
    generator = np.random.default_rng(7)
    z, y, x = np.ogrid[:SLICES, :ROWS, :WIDTH]
    head = (y - 20) ** 2 / 300 + (x - 24) ** 2 / 400 < 1
    voxels = (head * (500 + 20 * x + 30 * z) + generator.normal(0, 20, (SLICES, ROWS, WIDTH))).astype(
        np.int16
    )
    mask = np.zeros(voxels.shape, bool)
    mask[4, 10:20, 12:22] = True
    streams = {
        "3d-wdr": encode(voxels, rate=4.0),
        "2d-wdr": encode(voxels, [(number,) for number in range(SLICES)], rate=4.0),
    }
    rows = [
        (
            name,
            rate,
            number + 1,
            40 + 10 * rate + number,
            0.5 + number / 100,
            np.nan,
            np.nan,
            int(rate * 1000),
        )
        for name in streams
        for rate in RATES
        for number in range(SLICES)
    ]
    return CodedExam("head_1", Volume(voxels, mask=mask), streams, pd.DataFrame(rows, columns=list(COLUMNS)))


@pytest.fixture
def page(exam: CodedExam, browser, tmp_path: Path):
    path = tmp_path / "the viewer.html"
    path.write_text(viewer_html(exam, "peak <65535>")[0], encoding="utf-8")
    browser.open(path)
    shown(browser, "3d-wdr/1/4/fitted/false")
    return browser


def shown(browser, state: str) -> None:
    gain = browser.driver.execute_script("return data.gains[Number(arguments[0])]", state.split("/")[1])
    state = state.replace("fitted", str(gain))
    browser.until("document.body.dataset.shown === arguments[0]", state)


def grey(browser, canvas: str) -> np.ndarray:
    pixels = browser.driver.execute_script(
        "const c = document.getElementById(arguments[0]);"
        "return Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data);",
        canvas,
    )
    return np.array(pixels, dtype=np.uint8).reshape(ROWS, WIDTH, 4)


def press(browser, *keys: str) -> None:
    browser.driver.switch_to.active_element.send_keys(*keys)


def test_it_shows_original_decoded_prefix_and_their_difference(page, exam: CodedExam) -> None:
    window = display_window(exam.volume.voxels)
    original = grey_levels(exam.volume.voxels[4], window)
    decoded = grey_levels(decode(exam.streams["3d-wdr"], rate=1.0)[4], window)
    assert np.array_equal(grey(page, "original")[..., 0], original)
    assert np.array_equal(grey(page, "coded")[..., 0], decoded)
    gain = page.driver.execute_script("return data.gains[1]")
    assert page.driver.find_element("id", "scale-high").text.endswith(f"stored values ({gain} times)")
    change = np.clip((decoded.astype(float) - original) * gain / 255, -1, 1)
    red = np.where(change < 0, -change * 86, change * 230)
    assert np.abs(grey(page, "difference")[..., 0] - red).max() <= 1
    assert np.any(change < 0)
    assert np.any(change > 0)


def test_numbers_are_those_of_the_slice_and_rate(page) -> None:
    text = page.driver.find_element("id", "readout").text
    assert text == "Slice 5, 3D-WDR, 1 bit per voxel: PSNR 54.00 dB, SSIM 0.5400."
    assert page.driver.find_element("id", "rate-text").text == "1 bpv (16 : 1)"
    rows = page.driver.find_elements("css selector", "#numbers tr")
    assert [row.text.split()[0] for row in rows] == ["3D-WDR", "2D-WDR"]


def test_arrow_keys_change_slice_and_rate_and_stop_at_the_ends(page) -> None:
    press(page, Keys.ARROW_RIGHT, Keys.ARROW_UP)
    shown(page, "3d-wdr/2/5/fitted/false")
    press(page, Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ARROW_LEFT, Keys.ARROW_DOWN)
    shown(page, "3d-wdr/1/4/fitted/false")


def test_m_takes_the_next_method_and_comes_round(page, exam: CodedExam) -> None:
    press(page, "m")
    shown(page, "2d-wdr/1/4/fitted/false")
    decoded = decode(exam.streams["2d-wdr"], rate=1.0)[4]
    assert np.array_equal(
        grey(page, "coded")[..., 0], grey_levels(decoded, display_window(exam.volume.voxels))
    )
    press(page, "m")
    shown(page, "3d-wdr/1/4/fitted/false")


def test_menus_can_be_worked_with_the_keyboard_alone(page) -> None:
    press(page, Keys.TAB)
    assert page.driver.switch_to.active_element.get_attribute("id") == "method"
    press(page, Keys.ARROW_DOWN)
    shown(page, "2d-wdr/1/4/fitted/false")
    for _ in ("rate", "slice", "gain"):
        press(page, Keys.TAB)
    press(page, Keys.ARROW_DOWN)
    shown(page, "2d-wdr/1/4/1/false")


def test_space_shows_the_original_while_it_is_held(page) -> None:
    page.driver.execute_script("document.dispatchEvent(new KeyboardEvent('keydown', {key: ' '}))")
    shown(page, "3d-wdr/1/4/fitted/true")
    assert np.array_equal(grey(page, "coded"), grey(page, "original"))
    page.driver.execute_script("document.dispatchEvent(new KeyboardEvent('keyup', {key: ' '}))")
    shown(page, "3d-wdr/1/4/fitted/false")


def test_zoom_and_place_are_the_same_for_the_three_pictures(page) -> None:
    place = "return [...document.querySelectorAll('canvas')].map((c) => c.style.transform)"
    whole = page.driver.execute_script(place)
    press(page, "+", "+")
    near = page.driver.execute_script(place)
    assert len(set(near)) == 1
    assert near != whole
    canvas = page.driver.find_element("id", "coded")
    ActionChains(page.driver).click_and_hold(canvas).move_by_offset(-15, 9).release().perform()
    moved = page.driver.execute_script(place)
    assert len(set(moved)) == 1
    assert moved != near
    press(page, "0")
    assert page.driver.execute_script(place) == whole


def test_a_page_of_few_slices_keeps_the_first_one_and_its_number(exam: CodedExam, browser, tmp_path) -> None:
    whole, few, one = viewer_html(exam, limits=(None, 40_000, 1))
    assert len(whole) > len(few) > len(one)
    (tmp_path / "one.html").write_text(one, encoding="utf-8")
    browser.open(tmp_path / "one.html")
    shown(browser, "3d-wdr/1/0/fitted/false")
    assert browser.driver.find_element("id", "readout").text.startswith("Slice 5, ")
    window = display_window(exam.volume.voxels)
    assert np.array_equal(grey(browser, "original")[..., 0], grey_levels(exam.volume.voxels[4], window))


def test_a_larger_rate_has_a_scale_at_least_as_fine(page) -> None:
    gains = page.driver.execute_script("return data.gains")
    assert gains == sorted(gains)
    assert all(gain & (gain - 1) == 0 for gain in gains)


def test_the_outline_is_drawn_around_the_tumour(page) -> None:
    before = grey(page, "original")
    press(page, "t")
    shown(page, "3d-wdr/1/4/fitted/false/outline")
    changed = (grey(page, "original") != before).any(axis=2)
    assert changed[10, 12:22].all()
    assert not changed[11:19, 13:21].any()
    assert changed.sum() <= 36


def test_every_control_has_a_label_and_every_picture_a_text(page) -> None:
    unlabelled = page.driver.execute_script(
        "return [...document.querySelectorAll('input, select')].filter(c => !c.labels.length).map(c => c.id)"
    )
    assert unlabelled == []
    canvases = page.driver.find_elements("css selector", "canvas")
    assert [bool(canvas.get_attribute("aria-label")) for canvas in canvases] == [True] * 3


def test_nothing_fails_and_nothing_else_is_asked_for(page) -> None:
    press(page, Keys.ARROW_RIGHT, "m", "t")
    shown(page, "2d-wdr/1/5/fitted/false/outline")
    assert page.errors() == []
    assert [url.split("/")[-1] for url in page.requests()] == ["the%20viewer.html"]


@pytest.mark.parametrize("width", [400, 1440, 2560])
def test_nothing_is_wider_than_the_window(page, width: int) -> None:
    assert page.overhang(width) == 0


def test_the_wheel_changes_the_slice_and_then_scrolls_the_page(page) -> None:
    wheel = (
        "const turned = new WheelEvent('wheel', {deltaY: 1, bubbles: true, cancelable: true});"
        "document.getElementById('coded').dispatchEvent(turned); return turned.defaultPrevented"
    )
    assert page.driver.execute_script(wheel)
    shown(page, "3d-wdr/1/5/fitted/false")
    assert not page.driver.execute_script(wheel)
