import csv
from dataclasses import replace
from pathlib import Path

from wdr_mcpd.data import Volume, window, write_exam
from wdr_mcpd.data.exam_table import exam_table
from wdr_mcpd.data.series import write_series_table
from wdr_mcpd.data.synthetic import synthetic_table


def test_one_row_for_each_exam(tmp_path: Path, volume: Volume) -> None:
    rows = synthetic_table(1, 5, 8, 0)
    write_series_table(tmp_path / "series.tsv", rows)
    paths = [tmp_path / f"{row.exam_id}.npz" for row in rows]
    write_exam(paths[0], window(volume, 3, 1, "axial, LPS from RAS; one of 2 slices"))
    write_exam(paths[1], window(replace(volume, mask=volume.voxels > 0), 5))
    exam_table(series=tmp_path / "series.tsv", volumes=paths, out=tmp_path / "exams.tsv")
    with (tmp_path / "exams.tsv").open(newline="") as stream:
        first, second = csv.DictReader(stream, delimiter="\t")
    assert (first["exam"], first["first_slice"], first["slices"], first["available"]) == (
        "phantom001_1",
        "2",
        "3",
        "5",
    )
    assert first["cut"] == "axial, LPS from RAS; one of 2 slices"
    assert (first["slice_distance"], first["pixel"], first["type"]) == ("6.5", "0.5 x 0.75", "int16")
    assert first["description"] == rows[0].series_description
    assert second["tumour_voxels"] == str((volume.voxels > 0).sum())
    assert second["cut"] == "slices of the series"
