"""Downloads from a server on loopback: every fault ends in a whole series, or in an error."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from nbia_server import AGAIN, DEADLINE, REFUSED, SOUND, SPOILT, Holding, NbiaServer, holding
from nbia_server.tried import ALL, TRIED
from wdr_mcpd.data import Volume, read_volume
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.http_client import Limits
from wdr_mcpd.data.manifest import differences, read_manifest, refusal
from wdr_mcpd.data.series import Series
from wdr_mcpd.data.study import flaw
from wdr_mcpd.errors import InputError, SeriesError

pytestmark = pytest.mark.usefixtures("loopback_alone")
FAULTS_OF_NBIA = {name: ALL[name] for name in TRIED["NBIA"]}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Holding:
    from wdr_mcpd.data.dicom_write import write_mr_series
    from wdr_mcpd.data.identity import SeriesIdentity

    folder = tmp_path_factory.mktemp("held")
    voxels = np.random.default_rng(5).integers(0, 2000, (6, 16, 12)).astype(np.int16)
    write_mr_series(folder, Volume(voxels, (6.5, 1.0, 1.0)), SeriesIdentity("c", "P1", 1, "T1", "20200101"))
    return holding(folder)


@pytest.fixture(scope="module")
def running(held: Holding) -> Iterator[NbiaServer]:
    with NbiaServer([held]) as server:
        yield server


@pytest.fixture
def server(running: NbiaServer) -> NbiaServer:
    running.forget()
    return running


@pytest.fixture
def series(held: Holding) -> Series:
    size = sum(len(data) for data in held.files.values())
    return Series("LOOPBACK", "P1", 1, held.uid, "T1", len(held.files), size, "CC BY 4.0", "nbia")


def fetch(server: NbiaServer, series: Series, folder: Path, exclude: bool = False) -> bool:
    sources = Sources(base_url=server.url, limits=Limits(attempts=3, new_loop=server.clock.new_loop))
    return fetch_series(series, folder, sources, server.arrived, exclude)


def assert_whole(folder: Path, held: Holding) -> None:
    assert differences(folder) == []
    origin, entries = read_manifest(folder)
    assert origin["series_instance_uid"] == held.uid
    assert {entry.name for entry in entries} >= {*held.files, "LICENSE", "CITATION.txt"}
    for name, data in held.files.items():
        assert (folder / name).read_bytes() == data
    assert read_volume(folder).voxels.shape == (6, 16, 12)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_series_comes_whole_and_a_second_time_nothing_is_downloaded(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path
) -> None:
    assert fetch(server, series, tmp_path / "P1_1")
    assert_whole(tmp_path / "P1_1", held)
    assert not fetch(server, series, tmp_path / "P1_1")
    assert server.requests == {held.uid: 1}


@pytest.mark.parametrize("name", FAULTS_OF_NBIA)
def test_a_fault_for_ever(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path, name: str
) -> None:
    fault = FAULTS_OF_NBIA[name]
    server.faults[held.uid] = [name, "forever"]
    folder = tmp_path / "in" / "P1_1"
    if fault.ends == SOUND:
        assert fetch(server, series, folder)
        assert_whole(folder, held)
        return
    with pytest.raises(InputError) as caught:
        fetch(server, series, folder)
    line = str(caught.value)
    assert line.startswith("exam P1_1: ")
    assert fault.says in line
    assert "\n" not in line
    assert issubclass(caught.type, SeriesError) == (fault.ends in (SPOILT, REFUSED))
    assert ("run again later" in line) == (fault.ends in (AGAIN, DEADLINE))
    if name != "redirects":
        assert server.requests[held.uid] == (3 if fault.ends in (AGAIN, SPOILT) else 1)
    assert list((tmp_path / "in").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert not Path("/tmp/wdr-mcpd-outside.dcm").exists()


@pytest.mark.parametrize("name", [name for name, f in FAULTS_OF_NBIA.items() if f.ends in (AGAIN, SPOILT)])
def test_a_fault_that_passes(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path, name: str
) -> None:
    server.faults[held.uid] = [name]
    assert fetch(server, series, tmp_path / "P1_1")
    assert_whole(tmp_path / "P1_1", held)
    assert server.requests[held.uid] == 2


@pytest.mark.parametrize(
    ("name", "controlled"),
    [("401", True), ("403", True), ("400 no access", True), ("400", False), ("410", False)],
)
def test_only_what_is_controlled_is_called_so(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path, name: str, controlled: bool
) -> None:
    server.faults[held.uid] = [name]
    with pytest.raises(SeriesError) as caught:
        fetch(server, series, tmp_path / "P1_1")
    assert ("controlled" in str(caught.value)) == controlled
    assert ("source: local" in str(caught.value)) == controlled


def test_a_series_that_the_server_lacks(server: NbiaServer, series: Series, tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match=r"sent nothing for the series 1\.2\.3: it has none of this UID"):
        fetch(server, replace(series, series_instance_uid="1.2.3"), tmp_path / "P1_1")


def test_what_cannot_be_had_is_recorded_if_it_may_be_left_out(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path
) -> None:
    server.faults[held.uid] = ["403"]
    folder = tmp_path / "P1_1"
    assert fetch(server, series, folder, exclude=True)
    assert [path.name for path in folder.iterdir()] == ["manifest.json"]
    reason = refusal(folder)
    assert reason == flaw(folder, slices=6)
    assert "403 Forbidden: not you" in reason
    assert differences(folder) == [f"the series could not be had ({reason})"]
    assert fetch(server, series, folder, exclude=True), "it is asked for again"
    assert_whole(folder, held)
    assert refusal(folder) == ""


def test_a_server_out_of_reach_is_no_reason_to_leave_a_series_out(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path
) -> None:
    server.faults[held.uid] = ["500", "forever"]
    with pytest.raises(InputError, match="answers 500"):
        fetch(server, series, tmp_path / "P1_1", exclude=True)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_fetch_keeps_the_series_that_was_there(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path
) -> None:
    fetch(server, series, tmp_path / "P1_1")
    (tmp_path / "P1_1" / "1-02.dcm").unlink()
    server.faults[held.uid] = ["500", "forever"]
    with pytest.raises(InputError):
        fetch(server, series, tmp_path / "P1_1")
    assert (tmp_path / "P1_1" / "1-03.dcm").exists()
    server.faults.clear()
    assert fetch(server, series, tmp_path / "P1_1")
    assert_whole(tmp_path / "P1_1", held)


KILLED = """
import json, sys
from pathlib import Path
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.series import Series
sources = Sources(base_url=sys.argv[3])
said = lambda size: print(size, flush=True)
fetch_series(Series(**json.loads(sys.argv[1])), Path(sys.argv[2]), sources, said)
"""


def row_text(series: Series) -> str:
    return json.dumps(asdict(series))


def test_a_process_killed_in_mid_download_leaves_nothing_that_counts(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path
) -> None:
    server.faults[held.uid] = ["hang midway"]
    folder = tmp_path / "P1_1"
    command = [sys.executable, "-c", KILLED, row_text(series), str(folder), server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0, "the first piece is there"
        assert list(tmp_path.glob(f".partial-*/{folder.name}/series.zip"))
        process.kill()
    assert not folder.exists()
    assert len(list(tmp_path.iterdir())) == 1
    assert fetch(server, series, folder)
    assert_whole(folder, held)


def test_memory_does_not_grow_with_the_series(tmp_path: Path) -> None:
    """A series of 20 MB takes at most 5 MB more than one of 1 MB."""
    script = KILLED + "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    peaks = []
    for pages in (1, 20):
        uid = f"1.2.{pages}"
        files = {}
        for number in range(1, pages + 1):
            files[f"1-{number:02}.dcm"] = big_instance(uid, number)
        size = sum(len(data) for data in files.values())
        series = Series("LOOPBACK", "P1", pages, uid, "T1", pages, size, "CC BY 4.0", "nbia")
        with NbiaServer([Holding(uid, files, {})]) as server:
            command = [sys.executable, "-c", script, row_text(series), str(tmp_path / uid), server.url]
            run = subprocess.run(command, check=True, capture_output=True, text=True)
            peaks.append(int(run.stdout.split()[-1]))
    assert peaks[1] - peaks[0] < 5_000


def big_instance(uid: str, number: int) -> bytes:
    """A DICOM file with 1 MB of noise."""
    import io

    from pydicom.dataset import Dataset
    from pydicom.uid import MRImageStorage

    from wdr_mcpd.data.dicom_write import set_pixels

    dataset = Dataset()
    dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = f"{uid}.{number}"
    dataset.SeriesInstanceUID = uid
    dataset.Rows, dataset.Columns, dataset.BitsAllocated, dataset.PixelRepresentation = 512, 1024, 16, 0
    set_pixels(dataset, np.frombuffer(np.random.default_rng(number).bytes(1 << 20), np.uint16))
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
