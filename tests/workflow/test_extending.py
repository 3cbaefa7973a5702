"""The worked examples of docs/extending.md, executed in a copy of the checkout; links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from clone import ONE_PROCESS, ROOT, Clone, make_clone

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples() -> dict[str, list[tuple[str, str]]]:
    """Blocks of code under each second heading."""
    _, *sections = re.split(r"^## ", (ROOT / "docs" / "extending.md").read_text(), flags=re.MULTILINE)
    return {section.partition("\n")[0]: BLOCK.findall(section) for section in sections}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """One for all examples: what one has measured the next one finds."""
    return make_clone(tmp_path_factory.mktemp("extended") / "wdr mcpd")


def execute(checkout: Clone, language: str, code: str) -> None:
    """Run a block, or append it to the file that its first line names."""
    named = re.match(r"# file: (\S+)\n", code)
    if named:
        with (checkout.folder / named[1]).open("a") as file:
            file.write("\n\n" + code[named.end() :])
        return
    functions = "".join(
        f'{command}() {{ "{sys.executable}" {program} "$@"; }}\n'
        for command, program in (("wdr-mcpd", "-m wdr_mcpd"), ("snakemake", f"'{ONE_PROCESS}'"))
    )
    command = [sys.executable, "-c", code] if language == "python" else ["bash", "-euc", functions + code]
    run = subprocess.run(
        command,
        cwd=checkout.folder,
        env={**os.environ, "PYTHONPATH": str(checkout.folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("example", "results"),
    [
        ("A dataset", ["results/mcpd/phantom001_1.csv", "results/mcpd/phantom001_2.csv"]),
        ("A method", ["results/quality/phantom001_1/flat.csv", "haar.csv"]),
        ("A codec", []),
        ("A table", ["results/tables/spread.csv"]),
        ("A figure", ["results/figures/mcpd.png", "results/figures/mcpd.svg"]),
    ],
)
def test_the_example_works_as_written(checkout: Clone, example: str, results: list[str]) -> None:
    blocks = examples()[example]
    assert blocks
    for language, code in blocks:
        execute(checkout, language, code)
    assert [name for name in results if not (checkout.folder / name).is_file()] == []


def test_no_example_is_left_out() -> None:
    assert list(examples()) == ["A dataset", "A codec", "A method", "A table", "A figure"]


def test_a_new_table_takes_a_rule_of_at_most_eight_lines() -> None:
    (rule,) = [code for _, code in examples()["A table"] if ".smk" in code]
    assert len(rule.splitlines()[1:]) <= 8


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []
