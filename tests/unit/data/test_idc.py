"""Download with a stand-in for idc-index's s5cmd, which copies from a folder instead of a bucket."""

import stat
import sys
from pathlib import Path

import pydicom
import pytest

from wdr_mcpd.data.fetch import fetch_series
from wdr_mcpd.data.manifest import differences
from wdr_mcpd.data.series import Series, find_exam, read_series_table
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError

TABLE = Path(__file__).parents[3] / "config" / "series" / "upenn-gbm-20x2.tsv"

S5CMD = """#!{python}
import shutil, sys
from pathlib import Path
assert sys.argv[-3] == "cp" and sys.argv[-2].startswith("s3://idc-open-data/"), sys.argv
found = sorted(Path({bucket!r}).glob("*.dcm"))
for source in found:
    shutil.copy(source, sys.argv[-1])
if not found:
    sys.exit('ERROR "cp": no object found')
"""


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the stand-in takes for the bucket."""
    bucket, tools = tmp_path / "bucket", tmp_path / "tools"
    bucket.mkdir()
    tools.mkdir()
    tool = tools / "s5cmd"
    tool.write_text(S5CMD.format(python=sys.executable, bucket=str(bucket)))
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    return bucket


@pytest.fixture
def row(bucket: Path, tmp_path: Path) -> Series:
    """A real row of the index, whose files the bucket stands in for."""
    row = find_exam(read_series_table(TABLE), "UPENN-GBM-00036_1")
    fetch_series(synthetic_table(1, 3, 16, 0)[0], tmp_path / "made")
    for path in (tmp_path / "made").glob("*.dcm"):
        dataset = pydicom.dcmread(path)
        dataset.SeriesInstanceUID = row.series_instance_uid
        dataset.save_as(bucket / path.name)
    size = sum(path.stat().st_size for path in bucket.iterdir())
    return Series(**{**vars(row), "image_count": 3, "bytes": size})


def test_download_and_what_a_copy_leaves_unchecked(row: Series, bucket: Path, tmp_path: Path) -> None:
    assert fetch_series(row, tmp_path / "out" / row.exam_id)
    assert differences(tmp_path / "out" / row.exam_id) == []
    assert (tmp_path / "out" / row.exam_id / "CITATION.txt").exists()

    def refused(message: str) -> None:
        with pytest.raises(InputError, match=message) as caught:
            fetch_series(row, tmp_path / "again" / row.exam_id)
        assert row.exam_id in str(caught.value)
        assert list((tmp_path / "again").iterdir()) == []

    whole = (bucket / "1-01.dcm").read_bytes()
    (bucket / "1-01.dcm").write_bytes(whole[:-100])
    refused("bytes came, the series has")
    (bucket / "1-01.dcm").write_bytes(
        whole.replace(row.series_instance_uid.encode(), b"9" * len(row.series_instance_uid))
    )
    refused("belongs to another series")
    (bucket / "1-01.dcm").unlink()
    refused("2 files came, the series has 3")
    for path in bucket.iterdir():
        path.unlink()
    refused("nothing whole came from the Imaging Data Commons .*no object found")


def test_a_series_that_the_index_lacks(tmp_path: Path) -> None:
    row = Series("C", "P", 1, "1.2.3", "T1", 3, 0, "", "idc")
    with pytest.raises(InputError, match="the index of idc-index has no series"):
        fetch_series(row, tmp_path / "P_1")
    assert list(tmp_path.iterdir()) == []


def test_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The s5cmd that idc-index brings, against a port where nobody listens."""
    monkeypatch.setattr("wdr_mcpd.data.idc.ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("wdr_mcpd.data.idc.RETRIES", "0")
    row = find_exam(read_series_table(TABLE), "UPENN-GBM-00036_1")
    with pytest.raises(InputError, match=r"nothing whole came .* use source: local"):
        fetch_series(row, tmp_path / "P_1")
    assert list(tmp_path.iterdir()) == []
