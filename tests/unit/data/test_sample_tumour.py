"""The sample patient with two exams, out of files like those of the package; and its rows in the table."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from wdr_mcpd.data import read_volume
from wdr_mcpd.data import sample as sample_data
from wdr_mcpd.data.cut import cut_exam
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.sample import TUMOUR_EXAMS
from wdr_mcpd.data.series import read_series_table

TABLE = Path(__file__).parents[3] / "config" / "series" / "sample.tsv"
ROWS = {row.exam_id: row for row in read_series_table(TABLE) if row.patient_id == "tumour1"}
AFFINE = np.diag([-0.9375, -0.9375, 1.4, 1])


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of the names and kinds of the package, but small: random labels of 0 to 10."""
    random = np.random.default_rng(1)
    for image, label, _ in TUMOUR_EXAMS.values():
        for name, high in ((image, 700), (label, 11)):
            values = random.integers(0, high, (6, 5, 112)).astype(np.int16)
            nibabel.save(nibabel.Nifti1Image(values, AFFINE), tmp_path / name)
    (tmp_path / "LICENSE.txt").write_text("Apache")
    monkeypatch.setattr(sample_data, "member_path", lambda folder, archive, name: folder / name)
    return tmp_path


def test_the_table_has_both_exams() -> None:
    assert list(ROWS) == list(TUMOUR_EXAMS)
    for row in ROWS.values():
        who = SeriesIdentity(row.collection, row.patient_id, row.exam, row.series_description)
        assert row.series_instance_uid == who.series_uid
        assert "inferred" in row.series_description


@pytest.mark.parametrize("exam", TUMOUR_EXAMS)
def test_the_image_as_it_is_and_the_tumour_of_the_labels(sample: Path, tmp_path: Path, exam: str) -> None:
    (image, labels, tumour), folder = TUMOUR_EXAMS[exam], tmp_path / exam
    assert fetch_series(ROWS[exam], folder, Sources(sample=sample))
    assert (folder / "volume.nii.gz").read_bytes() == (sample / image).read_bytes()
    read = read_volume(folder)
    label = read_volume(sample / labels).voxels
    assert read.mask is not None
    np.testing.assert_array_equal(read.mask, label == tumour)
    cut = cut_exam(folder, 20, slice_step=ROWS[exam].slice_step)
    assert (cut.available, cut.first, cut.cut) == (28, 4, "axial, LPS; one of 4 slices")
    assert cut.volume.mask is not None
    np.testing.assert_array_equal(cut.volume.mask, (label == tumour)[16:96:4])
    said = (folder / "ORIGIN.txt").read_text()
    assert image in said
    assert "Inferred" in said
