"""The configuration reference of the documentation."""

from pathlib import Path

from wdr_mcpd.config import read_schema
from wdr_mcpd.paper.reference import configuration_reference

ROOT = Path(__file__).parents[3]
SCHEMA = read_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")


def test_the_committed_reference_is_that_of_the_schema() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == configuration_reference(SCHEMA)


def test_every_key_has_a_row_with_its_default_and_what_is_allowed() -> None:
    text = configuration_reference(SCHEMA)
    assert "| `threshold` | `0.5` | a number of at least 0 |" in text
    assert "| `synthetic.subjects` | `4` |" in text
    for key in SCHEMA["properties"]:
        assert f"| `{key}` |" in text
