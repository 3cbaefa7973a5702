"""The pages of docs/ name what there is."""

import re
from pathlib import Path

import pytest
import yaml

from wdr_mcpd.cli import GROUP_OF

ROOT = Path(__file__).parents[2]
RULES = re.compile(  # the last kind are the names of a loop
    r"^(?:(?:rule|checkpoint) (\w+):|use rule \w+ as (\w+) with:|    \"(\w+)\": step\()", re.MULTILINE
)


def test_every_rule_is_explained() -> None:
    page = (ROOT / "docs" / "pipeline.md").read_text()
    explained = set(re.findall(r"`(\w+)`", page))
    rules = {
        name
        for path in (ROOT / "workflow" / "rules").glob("*.smk")
        for names in RULES.findall(path.read_text())
        for name in names
        if name
    }
    families = ("check_", "provenance_of_")
    assert {name for name in rules - explained if not name.startswith(families)} == {"step"}


def test_every_rule_that_is_explained_exists() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "pipeline.md").read_text(), re.MULTILINE)
    text = "".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    made = {name for names in RULES.findall(text) for name in names}
    assert [name for name in names if name not in made] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_a_page_is_read_in_ten_minutes(page: Path) -> None:
    skipped = (
        r"```.*?```|^\|.*?$|<!-- (\w+): written by .*?<!-- end of \1 -->"  # code, tables, generated parts
    )
    assert len(re.sub(skipped, "", page.read_text(), flags=re.MULTILINE | re.DOTALL).split()) <= 1200


def test_every_command_and_every_target_is_listed() -> None:
    page = (ROOT / "docs" / "commands.md").read_text()
    assert [name for name in GROUP_OF if f"`{name}`" not in page and f"wdr-mcpd {name}" not in page] == []
    snakefile = (ROOT / "Snakefile").read_text()
    targets = {
        name
        for names in re.findall(r'^rule (\w+):|^    "(\w+)": \[', snakefile, re.MULTILINE)
        for name in names
    }
    targets -= {"", "all", "part"}
    assert {"paper", "evidence"} <= targets
    assert [name for name in targets if f"snakemake {name}" not in page] == []


def test_the_index_names_every_page() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages - set(re.findall(r"\]\((\S+\.md)\)", (ROOT / "docs" / "README.md").read_text())) == set()


def test_everything_in_the_report_has_a_caption_and_nothing_else_has() -> None:
    listed = yaml.safe_load((ROOT / "workflow" / "report" / "contents.yaml").read_text())
    shown = {name for items in listed.values() for name in items}
    captions = {path.stem for path in (ROOT / "workflow" / "report").glob("*.rst")}
    assert captions == shown | {"workflow"}
