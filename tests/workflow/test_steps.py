"""Every rule hands its function what it takes, and goes by the hash of exactly what it imports."""

import inspect
import json
import shutil
import subprocess
import sys
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

import pytest
from clone import ROOT, make_clone

from wdr_mcpd import step

LIST_STEPS = """
include: "Snakefile"


Path("steps.json").write_text(json.dumps({
    one.name: {
        "step": one.params.step,
        "files": [*one.input.keys(), *one.output.keys()],
        "several": not isinstance(one.params.step, str) and one.params.settings,
        "unnamed": len(one.input) + len(one.output) - sum(
            1 if isinstance(group[name], str) or callable(group[name]) else len(group[name])
            for group in (one.input, one.output) for name in group.keys()
        ),
        "wildcards": sorted(one.wildcard_names) if one.has_wildcards() else [],
        "keys": sorted(one.params.settings) if isinstance(one.params.settings, dict) else None,
        "code": one.params.get("code"),
        "log": [str(log) for log in one.log],
    }
    for one in workflow.rules if "step" in one.params.keys()
}))
wanted = {str(path) for path in rules.evidence.input}
outputs = [{str(path) for path in one.output} for one in workflow.rules]
Path("evidence.json").write_text(json.dumps([path for made in outputs if made & wanted for path in made]))
"""


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone = make_clone(tmp_path_factory.mktemp("steps") / "clone")
    (clone.folder / "steps.smk").write_text(LIST_STEPS)
    run = clone.snakemake("--snakefile", "steps.smk", "--list-rules", "--config", "baselines=true")
    assert run.returncode == 0, run.stdout
    return clone.folder


@pytest.fixture(scope="module")
def steps(listed: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((listed / "steps.json").read_text())
    assert len(found) > 30
    return found


def test_the_target_evidence_makes_all_that_is_committed_of_it(listed: Path) -> None:
    made = set(json.loads((listed / "evidence.json").read_text()))
    reference = ROOT / "results" / "reference" / "evidence"
    committed = [path.relative_to(reference) for path in reference.rglob("*") if path.is_file()]
    places = [Path("results", *path.parts[path.parts[0] == "exams" :]) for path in committed]
    assert len(places) > 15
    assert [str(place) for place in places if str(place) not in made] == []


def test_every_function_takes_what_its_rule_gives(steps: dict[str, dict[str, Any]]) -> None:
    for name, given in steps.items():
        if given["several"]:
            of_all = {*given["files"], *given["wildcards"], "out"}
            for made, function in given["step"].items():
                takes = inspect.signature(step.function_of(function))
                known = [*(of_all & {*takes.parameters}), *given["several"][made]]
                assert made in given["files"], name
                assert len(set(known)) == len(known), f"{name}: a name stands twice"
                takes.bind(**dict.fromkeys(known))
            continue
        takes = inspect.signature(step.function_of(given["step"]))
        known = [*given["files"], *given["wildcards"], *(given["keys"] or [])]
        assert given["unnamed"] == 0, name
        assert len(set(known)) == len(known), f"{name}: a name stands twice"
        bind = takes.bind_partial if given["keys"] is None else takes.bind
        bind(**dict.fromkeys(known))  # raises a TypeError that names what does not fit


def test_every_step_has_a_log_of_its_own(steps: dict[str, dict[str, Any]]) -> None:
    logs = [tuple(given["log"]) for given in steps.values()]
    assert len(set(logs)) == len(logs)
    assert all(log for log in logs)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package whose own face, which forwards names to all of it, is empty."""
    copy = shutil.copytree(ROOT / "src" / "wdr_mcpd", tmp_path_factory.mktemp("copy") / "wdr_mcpd")
    (copy / "__init__.py").write_text("")
    return copy


def test_what_is_hashed_is_what_python_would_import(
    steps: dict[str, dict[str, Any]], package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's own finder of modules is asked; it follows imports inside functions too."""
    monkeypatch.setattr(step, "PACKAGE", package)
    run = [[one] if isinstance(one := given["step"], str) else list(one.values()) for given in steps.values()]
    for module in sorted({name.rpartition(".")[0] for names in run for name in names}):
        finder = ModuleFinder(path=[str(package.parent)])
        finder.import_hook(f"wdr_mcpd.{module}")
        found = {Path(one.__file__) for one in finder.modules.values() if one.__file__}
        assert {path for path in step.code_files(module) if path.suffix == ".py"} == found - {
            package / "__init__.py"
        }, module


def test_only_what_is_fetched_goes_by_no_hash(steps: dict[str, dict[str, Any]]) -> None:
    assert {name for name, given in steps.items() if not given["code"]} == {
        "sample_archive",
        "local_index",
        "fetch",
    }


def test_an_environment_without_the_package_finds_it_beside_the_script() -> None:
    """As one of conda, which holds the dependencies alone."""
    script = ROOT / "workflow" / "scripts" / "step.py"
    run = subprocess.run([sys.executable, "-I", "-S", script], capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1] == "NameError: name 'snakemake' is not defined"
