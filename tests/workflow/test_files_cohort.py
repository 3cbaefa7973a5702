"""The workflow on volume files: a BIDS tree of thin slices, one file of which is missing."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from clone import SMALL, Clone, make_clone

from wdr_mcpd.cli import main
from wdr_mcpd.data import write_volume
from wdr_mcpd.data.phantom import phantom


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    clone = make_clone(tmp_path / "a clone")
    for patient in (1, 2):
        for exam in (1, 2):
            volume = phantom(patient, exam, slices=14, size=48)
            name = f"sub-{patient}/ses-{exam}/anat/sub-{patient}_ses-{exam}_T1w.nii.gz"
            volume = replace(volume, mask=None, spacing=(3.0, 1.0, 1.0), codes=(1, 1))
            write_volume(clone.folder / "tree" / name, volume)
    where = ["--data-folder", str(clone.folder / "tree"), "--out", str(clone.folder / "cohort.tsv")]
    assert main(["series", "list", "--source", "bids", "--suffix", "T1w", *where]) == 0
    more = {"source": "files", "series": "cohort.tsv", "data_folder": "tree", "slice_step": "6 mm"}
    (clone.folder / "config" / "config.yaml").write_text(yaml.safe_dump({**SMALL, **more}))
    return clone


def exams(clone: Clone) -> dict[str, dict[str, str]]:
    with (clone.folder / "results" / "data" / "exams.tsv").open(newline="") as stream:
        return {row["exam"]: row for row in csv.DictReader(stream, delimiter="\t")}


def test_thick_stacks_of_the_files_that_are_there(clone: Clone) -> None:
    (clone.folder / "tree/sub-2/ses-2/anat/sub-2_ses-2_T1w.nii.gz").unlink()
    run = clone.in_one_process("results/data/exams.tsv", "--config", "on_missing=exclude")
    assert run.returncode == 0, run.stdout[-4000:]
    assert list(exams(clone)) == ["sub-1_1", "sub-1_2", "sub-2_1"]
    for row in exams(clone).values():
        assert row["cut"] == "axial, LPS; one of 2 slices"
        assert (row["slices"], row["available"], row["slice_distance"]) == ("6", "7", "6")
    excluded = (clone.folder / "results" / "data" / "excluded.tsv").read_text().splitlines()
    assert [line.split("\t")[0] for line in excluded[1:]] == ["sub-2_2"]
