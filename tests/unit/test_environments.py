"""pyproject.toml, the two locks and environment.yml name the same packages and versions."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
STUDY, REST = ((ROOT / f"{name}.lock").read_text() for name in ("requirements", "requirements-test"))
LOCK = STUDY + REST
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w-]+", requirement)[0].lower() for requirement in requirements}


def locked(text: str = LOCK) -> list[tuple[str, str]]:
    return re.findall(r"^([a-z0-9_.-]+)==([^\s;]+)", text, re.MULTILINE)


def pip_part() -> list[str]:
    return next(entry["pip"] for entry in ENVIRONMENT if isinstance(entry, dict))


def pins_of_environment() -> dict[str, str]:
    pins = {}
    for entry in ENVIRONMENT:
        if isinstance(entry, str):
            name, version = entry.split(" ")
            pins[name] = version.removeprefix("==")
    for requirement in pip_part():
        name, version = requirement.split("==")
        pins[name] = version
    return pins


def test_each_package_has_one_version_in_one_lock() -> None:
    packages = [name for name, _ in locked()]
    assert sorted(set(packages)) == sorted(packages)


def test_each_version_of_the_lock_has_a_hash() -> None:
    entries = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked())
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_lock_names_no_address() -> None:
    assert "://" not in LOCK
    assert "--index" not in LOCK


def test_everything_declared_is_locked() -> None:
    extras = PROJECT["optional-dependencies"].values()
    declared = names(PROJECT["dependencies"]).union(*map(names, extras))
    assert declared - dict(locked()).keys() == set()


def test_the_first_lock_runs_the_study_and_holds_nothing_else() -> None:
    extras = PROJECT["optional-dependencies"]
    study, rest = dict(locked(STUDY)).keys(), dict(locked(REST)).keys()
    assert names(PROJECT["dependencies"] + extras["study"]) <= study
    assert names(extras["peers"] + extras["cluster"] + ["pytest", "mypy", "ruff", "moto"]) <= rest


def test_environment_pins_what_the_lock_pins() -> None:
    pins = pins_of_environment()
    del pins["python"]
    assert pins == {name: dict(locked())[name] for name in pins}


def test_environment_holds_every_package_that_a_run_needs() -> None:
    extras = PROJECT["optional-dependencies"]
    needed = names(PROJECT["dependencies"] + extras["study"] + extras["peers"] + extras["cluster"])
    assert pins_of_environment().keys() == needed | {"python"}


def test_environment_allows_the_pythons_of_the_package() -> None:
    assert PROJECT["requires-python"] == ">=3.11"
    assert pins_of_environment()["python"].startswith(">=3.11")
