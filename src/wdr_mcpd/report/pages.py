"""Tables and texts as HTML pages of their own, for the report."""

from pathlib import Path

import pandas as pd

from wdr_mcpd.files import read_bytes, write_text
from wdr_mcpd.render.pages import markdown_page, table_page


def page(path: Path) -> str:
    """Make a page of a Markdown text (.md) or of a table (.csv, .tsv)."""
    if path.suffix == ".md":
        return markdown_page(read_bytes(path).decode(), path.parent)
    separator = "\t" if path.suffix == ".tsv" else ","
    return table_page(pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False), path.stem)


def report_pages(*, files: list[Path], out: list[Path]) -> None:
    """Write a page for each file, in the same order."""
    for source, target in zip(files, out, strict=True):
        write_text(target, page(source))
