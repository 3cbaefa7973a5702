"""The Imaging Data Commons end to end: S3 on loopback with made series at the places of the real index."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest

from nbia_server import AGAIN, DEADLINE, FAULTS, REFUSED, SOUND, SPOILT
from nbia_server.buckets import BUCKETS
from nbia_server.tried import TRIED
from s3_server import S3Server
from wdr_mcpd.data import idc
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.http_client import Limits
from wdr_mcpd.data.manifest import differences, read_manifest
from wdr_mcpd.data.series import Series, find_exam, read_series_table
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError, SeriesError

pytestmark = pytest.mark.usefixtures("loopback_alone")
TABLE = Path(__file__).parents[3] / "config" / "series" / "upenn-gbm-20x2.tsv"
ROW = find_exam(read_series_table(TABLE), "UPENN-GBM-00036_1")
DOI = "10.7937/tcia.709x-dn49"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Three DICOM files that say they are of a real series of the index."""
    folder = tmp_path_factory.mktemp("made")
    fetch_series(synthetic_table(1, 3, 16, 0)[0], folder / "made")
    found = {}
    for path in sorted((folder / "made").glob("*.dcm")):
        dataset = pydicom.dcmread(path)
        dataset.SeriesInstanceUID = ROW.series_instance_uid
        dataset.save_as(path)
        found[path.name] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def prefix() -> str:
    bucket, prefix, _ = idc._address(ROW)
    assert bucket == "idc-open-data"
    return prefix


@pytest.fixture(scope="module")
def running() -> Iterator[S3Server]:
    with S3Server("idc-open-data") as server:
        yield server


@pytest.fixture
def server(
    running: S3Server, made: dict[str, bytes], prefix: str, monkeypatch: pytest.MonkeyPatch
) -> S3Server:
    running.hold({prefix + name: data for name, data in made.items()})
    monkeypatch.setattr(idc, "AT_ONCE", 1)  # what arrives is of the object whose fault waits for it
    return running


@pytest.fixture
def row(made: dict[str, bytes]) -> Series:
    return replace(ROW, image_count=3, bytes=sum(len(data) for data in made.values()))


def fetch(server: S3Server, row: Series, folder: Path) -> None:
    sources = Sources(idc_endpoint=server.url, limits=Limits(attempts=3, new_loop=server.clock.new_loop))
    assert fetch_series(row, folder, sources, server.arrived)


def refusal_of(server: S3Server, row: Series, folder: Path) -> tuple[type[Exception], str]:
    with pytest.raises(InputError) as caught:
        fetch(server, row, folder / row.exam_id)
    assert list(folder.iterdir()) == []
    line = str(caught.value)
    assert line.startswith(f"exam {row.exam_id}: ")
    assert "\n" not in line
    return caught.type, line


def assert_whole(folder: Path, made: dict[str, bytes]) -> None:
    assert differences(folder) == []
    for name, data in made.items():
        assert (folder / name).read_bytes() == data


@pytest.mark.parametrize("most_keys", [1, 2, 3, 1000])
def test_a_series_comes_whole_with_its_citation(
    server: S3Server, row: Series, made: dict[str, bytes], tmp_path: Path, most_keys: int
) -> None:
    server.most_keys = most_keys
    fetch(server, row, tmp_path / "exam")
    assert_whole(tmp_path / "exam", made)
    assert f"https://doi.org/{DOI}" in (tmp_path / "exam" / "CITATION.txt").read_text()
    origin, _ = read_manifest(tmp_path / "exam")
    assert origin["without_checksum"] == []
    assert set(origin["sop_instance_uids"]) == set(made)
    assert server.requests == {"list": -(-3 // most_keys), **dict.fromkeys(made, 1)}


@pytest.mark.parametrize(
    ("what", "name"),
    [("list", name) for name in TRIED["list of IDC"]]
    + [("1-02.dcm", name) for name in TRIED["IDC"] if name in FAULTS],
)
def test_a_fault_for_ever(
    server: S3Server, row: Series, made: dict[str, bytes], tmp_path: Path, what: str, name: str
) -> None:
    fault = FAULTS[name]
    server.faults[what] = [name, "forever"]
    server.arrived.told = what != "list"
    if fault.ends == SOUND:
        fetch(server, row, tmp_path / "exam")
        assert_whole(tmp_path / "exam", made)
        return
    kind, line = refusal_of(server, row, tmp_path)
    assert fault.says in line
    assert issubclass(kind, SeriesError) == (fault.ends in (SPOILT, REFUSED))
    assert ("run again later" in line) == (fault.ends in (AGAIN, DEADLINE))


@pytest.mark.parametrize("name", ["altered", *(n for n, f in FAULTS.items() if f.ends in (AGAIN, SPOILT))])
def test_a_fault_that_passes(
    server: S3Server, row: Series, made: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    server.faults["1-02.dcm"] = [name]
    fetch(server, row, tmp_path / "exam")
    assert_whole(tmp_path / "exam", made)
    assert server.requests["1-02.dcm"] == 2


def test_a_byte_altered_on_the_disk_at_the_same_size(server: S3Server, row: Series, tmp_path: Path) -> None:
    fetch(server, row, tmp_path / "exam")
    path = tmp_path / "exam" / "1-02.dcm"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert differences(tmp_path / "exam") == ["1-02.dcm was altered"]
    fetch(server, row, tmp_path / "exam")
    assert differences(tmp_path / "exam") == []


def test_an_object_without_a_checksum_is_named(
    server: S3Server, row: Series, made: dict[str, bytes], prefix: str, tmp_path: Path
) -> None:
    server.put_in_parts(prefix + "1-02.dcm", made["1-02.dcm"])
    fetch(server, row, tmp_path / "exam")
    assert_whole(tmp_path / "exam", made)
    assert read_manifest(tmp_path / "exam")[0]["without_checksum"] == ["1-02.dcm"]
    for name in ("cut without length", "page"):
        server.faults["1-02.dcm"] = [name, "forever"]
        assert refusal_of(server, row, tmp_path / "other")[0] is SeriesError, "its size is known"


@pytest.mark.parametrize("name", [name for name in TRIED["IDC"] if name in BUCKETS])
def test_what_is_wrong_with_the_objects(
    server: S3Server, row: Series, made: dict[str, bytes], prefix: str, tmp_path: Path, name: str
) -> None:
    fault = BUCKETS[name]
    spoilt = fault.spoil(made, row.series_instance_uid)
    server.hold({prefix + name: data for name, data in spoilt.items()})
    if fault.ends == SPOILT:
        server.faults["1-03.dcm"] = ["altered", "forever"]
    kind, line = refusal_of(server, row, tmp_path)
    assert fault.says in line
    assert kind is SeriesError
    if fault.where == "list":
        assert server.requests == {"list": 1}, "nothing is downloaded"


def test_no_list_of_objects(server: S3Server, row: Series, tmp_path: Path) -> None:
    server.faults["list"] = ["page", "forever"]
    assert "sent something else than a list of objects" in refusal_of(server, row, tmp_path)[1]


def test_a_series_that_the_index_lacks(tmp_path: Path) -> None:
    row = Series("C", "P", 1, "1.2.3", "T1", 3, 0, "", "idc")
    with pytest.raises(SeriesError, match=r"has no series 1\.2\.3 in a collection C; make the table anew"):
        fetch_series(row, tmp_path / "P_1")
    assert list(tmp_path.iterdir()) == []
