"""Comparing a run with the committed results."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wdr_mcpd.checks.reference import check_results
from wdr_mcpd.errors import InputError

CSV = "exam,slice,psnr_db,ssim\na_1,2,69.146801,0.98371\n"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for folder in ("reference", "results"):
        (tmp_path / folder / "tables").mkdir(parents=True)
        (tmp_path / folder / "tables" / "table1.csv").write_text(CSV)
        Image.fromarray(np.full((8, 8), 100, np.uint8)).save(tmp_path / folder / "figure1.png")
    return tmp_path / "reference", tmp_path / "results"


def test_equal_files_pass_and_others_are_ignored(folders: tuple[Path, Path]) -> None:
    (folders[1] / "more.csv").write_text("1")
    assert check_results(*folders) == 2


def test_noise_below_the_tolerance_passes(folders: tuple[Path, Path]) -> None:
    (folders[1] / "tables" / "table1.csv").write_text(
        CSV.replace("69.1468", "69.1499").replace("0.98371", "0.9842")
    )
    Image.fromarray(np.full((8, 8), 101, np.uint8)).save(folders[1] / "figure1.png")
    assert check_results(*folders) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("69.146801", "69.158"),
        ("0.98371", "0.9860"),
        (",2,", ",3,"),
        ("a_1", "b_1"),
        ("0.98371\n", "0.98371\nx\n"),
    ],
)
def test_a_changed_number_or_word_is_named(folders: tuple[Path, Path], before: str, after: str) -> None:
    (folders[1] / "tables" / "table1.csv").write_text(CSV.replace(before, after))
    with pytest.raises(InputError, match=r"table1\.csv: line \d is .*; 1 of 2 files differ"):
        check_results(*folders)


def test_a_missing_file_is_named(folders: tuple[Path, Path]) -> None:
    (folders[1] / "figure1.png").unlink()
    with pytest.raises(InputError, match=r"figure1\.png: is missing; 1 of 2 files differ"):
        check_results(*folders)


def test_another_picture_is_named(folders: tuple[Path, Path]) -> None:
    Image.fromarray(np.full((8, 8), 103, np.uint8)).save(folders[1] / "figure1.png")
    with pytest.raises(InputError, match=r"figure1\.png: differs by 3\.00 grey levels"):
        check_results(*folders)


def test_an_empty_reference_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no results"):
        check_results(tmp_path, tmp_path)
