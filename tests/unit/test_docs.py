"""The pages of docs/ name what there is."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = re.compile(r"^(?:rule|checkpoint) (\w+):", re.MULTILINE)


def test_every_rule_is_explained() -> None:
    page = (ROOT / "docs" / "pipeline.md").read_text()
    explained = set(re.findall(r"`(\w+)`", page))
    rules = {
        name
        for path in (ROOT / "workflow" / "rules").glob("*.smk")
        for name in RULES.findall(path.read_text())
    }
    assert {name for name in rules - explained if not name.startswith("check_")} == set()


def test_every_rule_that_is_explained_exists() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "pipeline.md").read_text(), re.MULTILINE)
    text = "".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert [name for name in names if f"rule {name}:" not in text] == []


def test_the_index_names_every_page() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages - set(re.findall(r"\]\((\S+\.md)\)", (ROOT / "docs" / "README.md").read_text())) == set()


def test_everything_in_the_report_has_a_caption_and_nothing_else_has() -> None:
    text = (ROOT / "workflow" / "rules" / "plan.smk").read_text()
    shown = ast.literal_eval(text.partition("\nIN_REPORT = ")[2].partition("\n}\n")[0] + "}")
    shown = {name for items in shown.values() for name in items}
    captions = {path.stem for path in (ROOT / "workflow" / "report").glob("*.rst")}
    assert captions == shown | {"workflow"}
