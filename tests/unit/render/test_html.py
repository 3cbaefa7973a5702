"""Markdown texts and tables as pages that need no other file."""

import base64
from pathlib import Path

import pandas as pd
import pytest

from wdr_mcpd.errors import InputError
from wdr_mcpd.render.pages import markdown_page, table_page


def test_a_text_becomes_a_page_with_its_title_and_tables() -> None:
    page = markdown_page("# A & B\n\n| x | y |\n|--:|:--|\n| 1 | two |\n", Path())
    assert "<title>A &amp; B</title>" in page
    assert '<td style="text-align:right">1</td>' in page
    assert "http" not in page.replace("http-equiv", "")


def test_markup_inside_a_text_is_shown_and_not_used() -> None:
    page = markdown_page("# t\n\n<script>alert(1)</script>\n", Path())
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page


def test_pictures_become_part_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder" / "b&c.png").write_bytes(b"picture")
    page = markdown_page("![t](<a folder/b&c.png>)", tmp_path)
    assert base64.b64encode(b"picture").decode() in page


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lost\.png: cannot be read"):
        markdown_page("![t](lost.png)", tmp_path)


def test_a_table_is_shown_as_it_is() -> None:
    page = table_page(pd.DataFrame({"exam": ["brain1_1"], "licence": ["a|b <c>"]}), "Series")
    assert "<h1>Series</h1>" in page
    assert "<td>brain1_1</td>" in page
    assert "a|b &lt;c&gt;" in page
