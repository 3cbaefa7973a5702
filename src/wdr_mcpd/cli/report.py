"""Subcommands of the report, the viewer and the generated documentation."""

import argparse
from pathlib import Path
from typing import Any


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    command = commands.add_parser("config-reference", help="write the configuration reference of the docs")
    command.add_argument("schema", type=Path)
    command.add_argument("--out", type=Path, required=True)
    command.set_defaults(run=_config_reference)


def _config_reference(options: Any) -> None:
    from wdr_mcpd.config import read_schema
    from wdr_mcpd.files import whole_file
    from wdr_mcpd.paper.reference import configuration_reference

    text = configuration_reference(read_schema(options.schema))
    with whole_file(options.out) as draft:
        draft.write_text(text, encoding="utf-8")
