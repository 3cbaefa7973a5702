"""The README: its order, its numbers, its examples and its links."""

import re
import shlex
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from wdr_mcpd.cli import GROUP_OF, Parser
from wdr_mcpd.errors import InputError
from wdr_mcpd.render.pages import replace_between
from wdr_mcpd.report.readme import BEGIN, END, results

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
REFERENCE = ROOT / "results" / "reference"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands(program: str) -> list[list[str]]:
    """Arguments of each command line of the README that starts with the program."""
    lines = [line for language, block in BLOCKS if not language for line in block.splitlines()]
    return [
        words[1:] for line in lines if (words := shlex.split(line, comments=True)) and words[0] == program
    ]


def test_it_has_the_order_that_a_reader_needs() -> None:
    assert re.findall("^## (.*)$", README, re.MULTILINE) == [
        "Two commands",
        "Change the experiment",
        "Bring your own data",
        "What is and is not reproduced",
        "Licence",
    ]
    assert README.index("figure1.png") < README.index("Table 3: ") < README.index("## Two commands")


def test_its_results_are_the_committed_ones(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(README)
    replace_between(page, BEGIN, END, results(REFERENCE))
    assert page.read_text() == README


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
    paper_threshold = "0.5"  # tests/unit/paper/test_tables.py
    assert found == pythons | {paper_threshold}


def test_the_stated_outputs_are_made_by_paper() -> None:
    stated = re.findall(r"`(results/[^`]+)`", "\n".join(re.findall(r"^- (.*)$", README, re.MULTILINE)))
    tables = [f"results/tables/table{n}.{suffix}" for n in (1, 2, 3) for suffix in ("csv", "md", "tex")]
    figures = [f"results/figures/brain1_1/figure{n}.{suffix}" for n in (1, 2) for suffix in ("png", "svg")]
    assert stated == tables + figures


def test_every_named_target_exists() -> None:
    smk = [ROOT / "Snakefile", *(ROOT / "workflow" / "rules").glob("*.smk")]
    rules = {name for path in smk for name in re.findall(r"^rule (\w+):", path.read_text(), re.MULTILINE)}
    named = {words[0] for words in commands("snakemake") if words and not words[0].startswith("-")}
    named |= set(re.search("likewise (.*)", README)[1].split(", "))
    assert named <= rules
    assert len(named) == 7


def test_every_command_is_understood() -> None:
    lines = commands("wdr-mcpd")
    assert [words[0] for words in lines] == [
        "mcpd",
        "encode",
        "info",
        "decode",
        "compare",
        "sweep",
        "view",
        "series",
    ]
    for name, *given in lines:
        parser = Parser(prog=name)
        getattr(import_module(f"wdr_mcpd.cli.{GROUP_OF[name]}"), f"{name}_options")(parser)
        parser.parse_args(given)


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert [words[:1] for words in commands("make")] == [[], ["test"]]
    assert re.search("^test: ", makefile, re.MULTILINE)


def test_the_keys_of_the_examples_exist() -> None:
    shown = {word.partition("=")[0] for words in commands("snakemake") for word in words if "=" in word}
    schema = yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text())
    assert shown == {"threshold", "source", "data_folder", "series"}
    assert shown <= schema["properties"].keys()


@pytest.mark.parametrize("block", [block for language, block in BLOCKS if language == "python"])
def test_the_python_example_runs(block: str) -> None:
    exec(compile(block, "README.md", "exec"), {})


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_committed_results_stay_small() -> None:
    assert sum(path.stat().st_size for path in REFERENCE.rglob("*") if path.is_file()) < 1_000_000
