"""HTML that needs no other file and no network: templates, Markdown texts, pictures inside a page."""

import base64
import html
import io
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt

from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes, write_text


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("wdr_mcpd.render", "templates"),
        autoescape=select_autoescape(default_for_string=False),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def fill(template: str, **values: Any) -> str:
    """Fill one of the package's templates; in HTML values are escaped."""
    return _templates().get_template(template).render(**values)


def fill_text(text: str, **values: Any) -> str:
    """Fill a text that is a template itself."""
    return _templates().from_string(text).render(**values)


def markdown_html(text: str, folder: Path = Path()) -> str:
    """HTML of a Markdown text with tables; HTML inside the text is shown, not used.

    Its pictures are PNG files, named relative to `folder`, and become part of the HTML.
    """
    made = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    return re.sub(
        r'<img src="([^"]+)"',
        lambda match: f'<img src="{picture(folder / html.unescape(unquote(match[1])))}"',
        made,
    )


def picture(path: Path) -> str:
    """A PNG file as an address that holds the picture itself, as WebP without loss."""
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(io.BytesIO(read_bytes(path))) as drawn:
        drawn.save(buffer, "WEBP", lossless=True, method=4)
    return address(buffer.getvalue(), "image/webp")


def address(data: bytes, kind: str) -> str:
    """An address that holds the data itself; `kind` is its media type."""
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


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
