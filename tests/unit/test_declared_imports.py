"""No package is imported that pyproject.toml does not declare for the place that imports it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WHERE_INSTALLED = {"atheris"}  # `make fuzz` installs it where it can be had, and says so where not
DISTRIBUTIONS = packages_distributions()


def declared(*extras: str) -> set[str]:
    requirements = [*PROJECT["dependencies"], *(r for extra in extras for r in EXTRAS[extra])]
    return {re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def imported_packages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).split(".")[0]


def undeclared(path: Path, allowed: set[str], own: set[str]) -> set[str]:
    foreign = set(imported_packages(path)) - set(sys.stdlib_module_names) - own - {"wdr_mcpd", "__future__"}
    return {
        name
        for name in foreign
        if not {n.lower().replace("_", "-") for n in DISTRIBUTIONS.get(name, [name])} & allowed
    }


SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_package_imports_what_is_declared_for_its_users(path: Path) -> None:
    assert undeclared(path, declared("study", "peers", "metaimage"), set()) == set()


@pytest.mark.parametrize("path", TESTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_tests_import_what_is_declared_for_developers(path: Path) -> None:
    own = {name for test in TESTS for name in (test.stem, test.parent.name)} | WHERE_INSTALLED
    assert undeclared(path, declared(*EXTRAS), own) == set()


def test_an_undeclared_import_would_be_noticed(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("import json\nfrom numpy import ones\nimport lxml.etree\nimport unheard_of\n")
    assert undeclared(module, declared(), set()) == {"lxml", "unheard_of"}
