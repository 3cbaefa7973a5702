"""Archives that a server sent: what is broken may be asked for again, whatever way it is broken."""

import io
import zipfile
from pathlib import Path

import pytest

from wdr_mcpd.data.archive import BrokenArchive, unpack


def archive_of(kind: int = zipfile.ZIP_STORED, **members: bytes) -> bytearray:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return bytearray(buffer.getvalue())


def test_a_table_of_contents_that_begins_before_the_file_is_broken(tmp_path: Path) -> None:
    data = archive_of(a=b"a")
    end = data.index(b"PK\5\6")
    data[end + 16] += (
        208  # the place of the table of contents: later than it is, so that members come too early
    )
    (tmp_path / "archive.zip").write_bytes(data)
    (tmp_path / "folder").mkdir()
    with pytest.raises(BrokenArchive, match="broken"):
        unpack(tmp_path / "archive.zip", tmp_path / "folder", 1000)
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_broken_compressed_data_is_broken(tmp_path: Path, kind: int) -> None:
    data = archive_of(kind, a=bytes(range(256)) * 20)
    start = 30 + len("a")  # behind the local header
    data[start + 4 : start + 60] = b"\xff" * 56
    (tmp_path / "archive.zip").write_bytes(data)
    (tmp_path / "folder").mkdir()
    with pytest.raises(BrokenArchive, match="broken"):
        unpack(tmp_path / "archive.zip", tmp_path / "folder", 10_000)
