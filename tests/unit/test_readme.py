"""The README: its order, its numbers, its examples and its links."""

import csv
import re
import shlex
import tomllib
from importlib import import_module
from math import ceil
from pathlib import Path

import pytest
import yaml

from wdr_mcpd.cli import GROUP_OF, Parser
from wdr_mcpd.errors import InputError
from wdr_mcpd.render.pages import replace_between
from wdr_mcpd.report.readme import BEGIN, END, OTHERS, alternatives, answer

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
REFERENCE = ROOT / "results" / "reference"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands(program: str) -> list[list[str]]:
    """Arguments of each command line of the README that starts with the program."""
    blocks = [block.replace("&&", "\n") for language, block in BLOCKS if not language]
    lines = [line for block in blocks for line in block.splitlines()]
    return [
        words[1:] for line in lines if (words := shlex.split(line, comments=True)) and words[0] == program
    ]


def test_it_has_the_order_that_a_reader_needs() -> None:
    assert re.findall("^## (.*)$", README, re.MULTILINE) == [
        "Two commands",
        "Sweep the threshold on your own exam",
        "Run the study on your own data",
        "The codec beside today's",
        "More",
    ]
    assert README.index("written by make reference") < README.index("## Two commands")


def test_it_is_read_in_a_few_minutes() -> None:
    words = re.sub(r"<!--.*?-->|^\|.*$", "", README, flags=re.MULTILINE).split()
    assert len(words) <= 900
    tables = re.findall(r"(?:^\|.*\n)+", README, re.MULTILINE)
    assert len(tables) <= 2
    for table in tables:
        _, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines())
        cells = [cell for row in rows for cell in row]
        assert len(rows) <= 8
        assert cells.count("-") <= len(cells) / 20
        assert len(cells) <= 64


def test_its_results_and_those_of_the_method_are_the_committed_ones(tmp_path: Path) -> None:
    method = (ROOT / "docs" / "method.md").read_text()
    for text, marks, part in ((README, (BEGIN, END), answer), (method, OTHERS, alternatives)):
        page = tmp_path / "page.md"
        page.write_text(text)
        replace_between(page, *marks, part(REFERENCE))
        assert page.read_text() == text


def test_a_page_without_the_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n")
    with pytest.raises(InputError, match=r"page\.md: .* marks"):
        replace_between(page, BEGIN, END, "text")
    assert page.read_text() == "# A page\n"


def test_other_numbers_are_those_of_the_project() -> None:
    generated = r"<!-- (\w+): written by .*?<!-- end of \1 -->"  # tests of their own hold those parts
    prose = re.sub(rf"{generated}|```.*?```|`[^`]*`", "", README, flags=re.DOTALL)
    found = set(re.findall(r"\d+\.\d+", prose))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pythons = {f"3.{minor}" for minor in range(11, 14)}
    assert project["requires-python"] == ">=3.11"
    assert "python >=3.11,<3.14" in (ROOT / "environment.yml").read_text()
    assert found == pythons


def test_its_times_are_those_of_the_committed_run() -> None:
    with (ROOT / "resources" / "benchmarks" / "first_run.csv").open(newline="") as file:
        measured = {row["what"]: row["value"] for row in csv.DictReader(file)}
    stated = dict(re.findall(r"^(make[a-z ]*?) +# (\d+) ", README, re.MULTILINE))
    assert stated == {what: str(ceil(float(measured[what]) / 60)) for what in ("make", "make everything")}
    assert f"on {measured['cores']} cores" in README
    assert measured["processor"]


def test_the_stated_outputs_are_made_by_paper() -> None:
    stated = re.findall(r"`(results/[^`]+)`", "\n".join(re.findall(r"^- (.*)$", README, re.MULTILINE)))
    tables = [f"results/tables/table1.{suffix}" for suffix in ("csv", "md", "tex")]
    assert stated == [*tables, *(f"results/figures/brain1_1/figure1.{suffix}" for suffix in ("png", "svg"))]


def test_every_command_is_understood() -> None:
    lines = commands("wdr-mcpd")
    assert {words[0] for words in lines} == {"sweep", "encode", "compare", "series"}
    for name, *given in lines:
        parser = Parser(prog=name)
        getattr(import_module(f"wdr_mcpd.cli.{GROUP_OF[name]}"), f"_{name}_options")(parser)
        parser.parse_args(given)


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert commands("make") == [[], ["everything"]]
    assert all(re.search(f"^{target}: ", makefile, re.MULTILINE) for target in ("paper", "everything"))


def test_the_keys_of_the_examples_exist() -> None:
    shown = {word.partition("=")[0] for words in commands("snakemake") for word in words if "=" in word}
    schema = yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text())
    assert shown == {"source", "data_folder", "series", "run"}
    assert shown <= schema["properties"].keys()


@pytest.mark.parametrize("block", [block for language, block in BLOCKS if language == "python"])
def test_the_python_example_runs(block: str) -> None:
    exec(compile(block, "README.md", "exec"), {})


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_committed_results_stay_small() -> None:
    assert sum(path.stat().st_size for path in REFERENCE.rglob("*") if path.is_file()) < 1_000_000
