import csv
from dataclasses import replace
from pathlib import Path

from wdr_mcpd.data import Volume, window
from wdr_mcpd.data.cut import facts_of
from wdr_mcpd.data.series import write_series_table
from wdr_mcpd.data.study import exam_table
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.files import write_rows


def test_one_row_for_each_exam(tmp_path: Path, volume: Volume) -> None:
    rows = synthetic_table(1, 5, 8, 0)
    write_series_table(tmp_path / "series.tsv", rows)
    paths = [tmp_path / f"{row.exam_id}.tsv" for row in rows]
    cut = "axial, LPS from RAS; one of 2 slices"
    exams = window(volume, 3, 2, cut), window(replace(volume, mask=volume.voxels > 0), 5)
    for exam, path in zip(exams, paths, strict=True):
        write_rows(path, [facts_of(exam)], list(facts_of(exam)))
    exam_table(series=tmp_path / "series.tsv", facts=paths, out=tmp_path / "exams.tsv")
    with (tmp_path / "exams.tsv").open(newline="") as stream:
        first, second = csv.DictReader(stream, delimiter="\t")
    assert (first["exam"], first["first_slice"], first["slices"], first["available"]) == (
        "phantom001_1",
        "2",
        "3",
        "5",
    )
    assert first["cut"] == cut
    assert (first["slice_distance"], first["pixel"], first["type"]) == ("6.5", "0.5 x 0.75", "int16")
    assert first["description"] == rows[0].series_description
    assert second["tumour_voxels"] == str((volume.voxels > 0).sum())
    assert second["cut"] == "slices of the series"
