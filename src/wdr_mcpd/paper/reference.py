"""The configuration reference of the documentation, made from the schema."""

import json
from collections.abc import Iterator

from wdr_mcpd.config import Schema, allowed

HEADER = """\
# Configuration reference

Made from `workflow/schemas/config.schema.yaml` by `make docs`; a test keeps the two in step.

Change a key in `config/config.yaml`, in a file of your own (`snakemake --configfile my.yaml`) or for one run
(`snakemake --config threshold=0.6`). A key left out takes its default; an unknown key or a value that is not
allowed stops the run before any job with one line that names it. A changed key reruns only what uses it.

| key | default | allowed | meaning |
| --- | --- | --- | --- |
"""


def configuration_reference(schema: Schema) -> str:
    """Markdown with one table row for each key of a configuration schema; an inner key is `outer.inner`."""
    return HEADER + "".join(_rows(schema, ""))


def _rows(schema: Schema, place: str) -> Iterator[str]:
    for key, entry in schema["properties"].items():
        default = json.dumps(entry["default"], ensure_ascii=False)
        meaning = " ".join(entry["description"].split())
        cells = (f"`{place}{key}`", f"`{default}`", allowed(entry), meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
        if "properties" in entry:
            yield from _rows(entry, f"{place}{key}.")
