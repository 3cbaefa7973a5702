"""Which files of the package a rule of the workflow depends on."""

from pathlib import Path

import pytest

from wdr_mcpd import sources
from wdr_mcpd.sources import PACKAGE, code_hash, used_files


def names(*places: str) -> set[str]:
    return {str(path.relative_to(PACKAGE)) for path in used_files(*places)}


def test_imports_are_followed_to_their_end() -> None:
    assert names("study/quality") >= {
        "study/quality.py",
        "study/metrics.py",
        "codec/__init__.py",
        "codec/api.py",
        "codec/cc/coder.py",
        "codec/wdr/sorting_pass.py",
        "errors.py",
    }


def test_what_is_not_imported_stays_out() -> None:
    assert not [name for name in names("coherence") if name.startswith(("codec", "study", "paper", "data"))]
    assert "paper/figures.py" not in names("paper/tables", "paper/render")


def test_imports_inside_functions_count() -> None:
    assert "data/dicom.py" in names("data/reading")


def test_the_command_line_stands_for_itself() -> None:
    assert names("cli/paper") == {"cli/paper.py"}


def test_other_files_can_be_named() -> None:
    assert names("paper/paper.mplstyle") == {"paper/paper.mplstyle"}


def test_a_room_is_all_its_modules() -> None:
    assert names("coherence") >= {"coherence/__init__.py", "coherence/mcpd.py", "coherence/selection.py"}


def test_data_files_of_a_module_belong_to_it() -> None:
    assert "codec/cc/restoration.npz" in names("codec")


def test_the_hash_changes_with_each_file_and_not_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hash_in(folder: str, text: str) -> str:
        package = tmp_path / folder / PACKAGE.name
        (package / "room").mkdir(parents=True)
        (package / "room" / "__init__.py").write_text("from wdr_mcpd import other\n")
        (package / "other.py").write_text(text)
        monkeypatch.setattr(sources, "PACKAGE", package)
        for remembers in (code_hash, sources._imports, sources._file_hash):
            remembers.cache_clear()
        return code_hash("room")

    first = hash_in("a", "x = 1\n")
    assert hash_in("b", "x = 1\n") == first
    assert hash_in("c", "x = 2\n") != first
    code_hash.cache_clear()


def test_a_misspelt_module_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match="study/qualty"):
        used_files("study/qualty")
