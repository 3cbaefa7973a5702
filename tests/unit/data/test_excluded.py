from pathlib import Path

import pydicom
import pytest

from wdr_mcpd.data.fetch import fetch_series
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.data.study import (
    excluded_series,
    flaw,
    read_excluded,
    series_table,
    without_excluded,
    write_excluded,
)
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError

TABLE = synthetic_table(2, 4, 16, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for row in TABLE:
        fetch_series(row, tmp_path / "series" / row.exam_id)
    (tmp_path / "series" / "phantom001_2" / "1-02.dcm").unlink()
    doubled = tmp_path / "series" / "phantom002_1"
    for path in sorted(doubled.glob("*.dcm")):
        for time in ("101500", "111500"):
            dataset = pydicom.dcmread(path)
            dataset.AcquisitionTime = time
            dataset.SOPInstanceUID += f".{time}"
            dataset.save_as(doubled / f"{time}-{path.name}")
        path.unlink()
    return tmp_path / "series"


AS_IS = {"slice_step": 1, "slice_average": False, "slice_axis": "thickest", "on_bad_series": "exclude"}


def test_bad_series_are_listed_with_their_reason(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "excluded.tsv"
    cohort = {
        "table": [],
        "source": "synthetic",
        "synthetic": {"subjects": 2, "slices": 4, "size": 16, "seed": 0},
    }
    manifests = [folder / row.exam_id / "manifest.json" for row in TABLE]
    excluded_series(**cohort, manifests=manifests, out=out, slices=3, first_slice="central", **AS_IS)
    reasons = read_excluded(out)
    assert list(reasons) == ["phantom001_2", "phantom002_1"]
    assert "13.00 mm between slices 1 and 2" in reasons["phantom001_2"]
    assert "(AcquisitionTime differ)" in reasons["phantom002_1"]
    assert "1015" not in out.read_text(), "what the headers say stays out of the results"
    assert str(folder) not in out.read_text()
    assert capsys.readouterr().out.count("excluded:") == 2

    table = tmp_path / "table.tsv"
    series_table(**cohort, excluded=out, out=table)
    assert [row.exam_id for row in read_series_table(table)] == ["phantom001_1", "phantom002_2"]


def test_too_few_slices_for_the_study(folder: Path) -> None:
    assert flaw(folder / "phantom001_1", slices=4) == ""
    assert "the series has 4" in flaw(folder / "phantom001_1", slices=5)


def test_a_study_without_series(tmp_path: Path) -> None:
    write_excluded(tmp_path / "out.tsv", TABLE, {row.exam_id: "gap" for row in TABLE})
    with pytest.raises(InputError, match="every series of the study is excluded; the first, phantom001_1"):
        without_excluded(TABLE, read_excluded(tmp_path / "out.tsv"))
    (tmp_path / "other.tsv").write_text("a\tb\n")
    with pytest.raises(InputError, match="no table of excluded"):
        read_excluded(tmp_path / "other.tsv")
    with pytest.raises(InputError, match="cannot be read"):
        read_excluded(tmp_path / "missing.tsv")
