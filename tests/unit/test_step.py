"""What a step's code is, how it is called, and what its log says."""

import subprocess
import sys
from pathlib import Path

import pytest

from wdr_mcpd import step

FILES = {
    "errors.py": "",
    "room/__init__.py": "",
    "room/science.py": '"""A step."""\n\n\ndef work(*, out, exam):\n    from wdr_mcpd.other import here\n',
    "other/__init__.py": '"""Looks after a folder of texts."""\n',
    "other/here.py": 'STYLE = "a.mplstyle"\nTEXTS = "texts"\n',
    "other/here.npz": "numbers",
    "other/a.mplstyle": "style",
    "other/texts/page.html": "page",
    "other/unused.txt": "",
    "apart.py": "import wdr_mcpd.room.science\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "wdr_mcpd" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(step, "PACKAGE", tmp_path / "wdr_mcpd")
    return tmp_path / "wdr_mcpd"


def names(package: Path, module: str) -> set[str]:
    return {str(path.relative_to(package)) for path in step.code_files(module)}


USED = {
    "room/__init__.py",
    "room/science.py",
    "other/__init__.py",
    "other/here.py",
    "other/here.npz",
    "other/a.mplstyle",
    "other/texts/page.html",
}


def test_imports_rooms_and_the_data_of_modules_count_and_nothing_else(package: Path) -> None:
    assert names(package, "room.science") == USED
    assert names(package, "apart") == USED | {"apart.py"}
    assert names(package, "errors") == {"errors.py"}


@pytest.mark.parametrize("name", sorted(USED))
def test_an_edit_of_any_of_them_changes_the_hash(package: Path, name: str) -> None:
    before = step.code_hash("room.science.work")
    for remembered in (step.code_hash, step._file_hash, step._needed):
        remembered.cache_clear()
    (package / name).write_text(FILES[name] + "\n# edited\n")
    assert step.code_hash("room.science.work") != before
    step.code_hash.cache_clear()


def test_a_misspelt_module_is_named(package: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"room\.sciense"):
        step.code_files("room.sciense")


JOB = """
from types import SimpleNamespace
from wdr_mcpd.step import run_job
job = SimpleNamespace(
    input={"volume": "no such file"}, output={"out": "out.csv"}, wildcards={"exam": "a_1"}, log=["the.log"],
    params=SimpleNamespace(step="coherence.table.mcpd_of_exam", settings=SETTINGS),
)
run_job(job)
"""


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"mcpd_unit": "std", "mcpd_reference": "all"}, "wdr-mcpd: no such file: no such file"),
        (
            {"mcpd_unit": "std"},
            "TypeError: mcpd_of_exam() missing 1 required keyword-only argument: 'mcpd_reference'",
        ),
    ],
)
def test_a_log_ends_with_what_is_wrong(tmp_path: Path, settings: dict[str, str], line: str) -> None:
    code = JOB.replace("SETTINGS", repr(settings))
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 1
    assert (run.stdout, run.stderr) == (b"", b"")
    assert (tmp_path / "the.log").read_text().splitlines()[-1] == line
    assert not (tmp_path / "out.csv").exists()
