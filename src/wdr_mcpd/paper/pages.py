"""HTML pages that need no other file and no network: templates, and Markdown texts as pages."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("wdr_mcpd.paper", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def render(template: str, **values: Any) -> str:
    """Fill one of the package's page templates."""
    return _templates().get_template(template).render(**values)


def markdown_html(text: str) -> str:
    """HTML of a Markdown text with tables; HTML inside the text is shown, not used."""
    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


def markdown_page(text: str) -> str:
    """A page of its own for a Markdown text, titled by its first heading."""
    first = next((line for line in text.splitlines() if line.startswith("# ")), "# ")
    return render("page.html", title=first.removeprefix("# "), body=markdown_html(text))
