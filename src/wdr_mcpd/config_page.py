"""The page and the schema of the configuration that the documentation holds, made from the model."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from wdr_mcpd.config import allowed, schema
from wdr_mcpd.files import write_text

HEADER = """\
# Configuration reference

Made by `make docs` from `src/wdr_mcpd/config.py`, as is `workflow/schemas/config.schema.yaml`; a test keeps
them in step.

Change a key in `config/config.yaml`, in a file of your own (`snakemake --configfile my.yaml`) or for one run
(`snakemake --config threshold=0.6`). A key left out takes its default; an unknown key or a value that is not
allowed stops the run before any job with one line that names it. A changed key reruns only what uses it.

| key | default | allowed | meaning |
| --- | --- | --- | --- |
"""


def page() -> str:
    """Markdown with one table row for each key of the configuration; an inner key is `outer.inner`."""
    return HEADER + "".join(_rows(schema(), ""))


def _rows(entries: Mapping[str, Any], place: str) -> Iterator[str]:
    for key, entry in entries["properties"].items():
        default = json.dumps(entry["default"], ensure_ascii=False)
        cells = (f"`{place}{key}`", f"`{default}`", allowed(entry), entry["description"])
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
        if "properties" in entry:
            yield from _rows(entry, f"{place}{key}.")


if __name__ == "__main__":
    made = page(), yaml.safe_dump(schema(), sort_keys=False, allow_unicode=True, width=110)
    for path, text in zip(map(Path, sys.argv[1:]), made, strict=True):
        write_text(path, text)
