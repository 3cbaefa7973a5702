"""CITATION.cff speaks of this version and of the paper."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_it_has_what_the_format_requires() -> None:
    assert CITATION.keys() >= {"cff-version", "message", "title", "authors"}
    assert all(reference.keys() >= {"type", "title", "authors"} for reference in CITATION["references"])


def test_it_names_this_version_and_licence() -> None:
    assert (CITATION["version"], CITATION["license"]) == (PROJECT["version"], PROJECT["license"])


def test_it_cites_the_paper_that_the_readme_names() -> None:
    paper = CITATION["references"][0]
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert paper["title"] in readme
    assert all(author["family-names"] in readme for author in paper["authors"])
