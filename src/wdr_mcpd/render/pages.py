"""HTML pages that need no other file and no network: templates, and Markdown texts as pages."""

import base64
import html
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt

from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes, write_text


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("wdr_mcpd.render", "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def fill(template: str, **values: Any) -> str:
    """Fill one of the package's templates; in HTML values are escaped."""
    return _templates().get_template(template).render(**values)


def markdown_html(text: str) -> str:
    """HTML of a Markdown text with tables; HTML inside the text is shown, not used."""
    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


def markdown_page(text: str, folder: Path) -> str:
    """A page of its own for a Markdown text, titled by its first heading.

    Parameters
    ----------
    text : str
        Markdown; its pictures are PNG files, named relative to `folder`, and become part of the page.
    folder : Path
        Where the text stands.
    """
    first = next((line for line in text.splitlines() if line.startswith("# ")), "# ")
    body = re.sub(
        r'<img src="([^"]+)"',
        lambda match: f'<img src="{picture(folder / html.unescape(unquote(match[1])))}"',
        markdown_html(text),
    )
    return fill("page.html", title=first.removeprefix("# "), body=body)


def picture(path: Path) -> str:
    """A PNG file as an address that holds the picture itself."""
    return "data:image/png;base64," + base64.b64encode(read_bytes(path)).decode("ascii")


def replace_between(path: Path, begin: str, end: str, text: str) -> None:
    """Put a text between two marks of a page.

    Raises
    ------
    InputError
        The page does not have both marks.
    """
    before, begun, rest = read_bytes(path).decode().partition(begin)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise InputError(f"{path}: the page does not have the marks {begin.strip()} and {end.strip()}")
    write_text(path, "".join([before, begin, "\n", text, "\n", end, after]))


def table_page(data: pd.DataFrame, title: str) -> str:
    """A page of its own for a table as it is."""
    body = f"<h1>{html.escape(title)}</h1>\n{data.to_html(index=False, border=0, na_rep='')}"
    return fill("page.html", title=title, body=body)
