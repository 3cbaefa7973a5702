"""Markdown texts and tables as pages that need no other file."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from wdr_mcpd.errors import InputError
from wdr_mcpd.render.pages import fill_text, markdown_html, picture


def test_a_text_keeps_its_tables() -> None:
    text = markdown_html("| x | y |\n|--:|:--|\n| 1 | two |\n")
    assert '<td style="text-align:right">1</td>' in text


def test_markup_inside_a_text_is_shown_and_not_used() -> None:
    text = markdown_html("<script>alert(1)</script>\n")
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>" not in text


def test_pictures_become_part_of_the_text_without_loss(tmp_path: Path) -> None:
    (tmp_path / "a folder").mkdir()
    path = tmp_path / "a folder" / "b&c.png"
    drawn = Image.effect_noise((16, 9), 40)
    drawn.save(path)
    assert picture(path) in markdown_html("![t](<a folder/b&c.png>)", tmp_path)
    held = Image.open(io.BytesIO(base64.b64decode(picture(path).partition("base64,")[2])))
    assert held.convert("L").tobytes() == drawn.tobytes()


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lost\.png: cannot be read"):
        markdown_html("![t](lost.png)", tmp_path)


def test_a_text_tells_values() -> None:
    assert fill_text("at {{ rate }}", rate=2) == "at 2"
