"""Downloads from a server on loopback: every fault ends in a whole series, or in an error."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from nbia_server import ARCHIVES, FAULTS, Holding, NbiaServer, holding
from wdr_mcpd.data import Volume, read_volume
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.manifest import differences, read_manifest
from wdr_mcpd.data.nbia import Patience
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError

QUICK = Patience(attempts=3, first_wait=0.01, longest_wait=0.05, connect=2, read=0.4)

RECOVERS = {
    "408": "a busy server",
    "429": "a server that asks for patience",
    "500": "a failing server",
    "503": "maintenance",
    "reset": "the connection is reset before an answer",
    "reset midway": "the connection is reset in the body",
    "hang": "no answer within the read timeout",
    "hang midway": "the body stops within the read timeout",
    "cut with length": "fewer bytes than Content-Length",
    "cut chunked": "a chunked body without its end",
    "cut without length": "half an archive in a body that ends cleanly",
    "HTML": "a page with status 200 where an archive should be",
    "cut archive": "a complete answer with a cut archive",
    "bad CRC": "an archive whose bytes do not match its CRC",
    "corrupted pixel": "a whole archive whose pixel does not match the server's MD5",
    "missing instance": "a clean short archive without the list of MD5",
    "no hashes": "all files but no list of MD5",
    "wrong count": "fewer files than ImageCount, each of them whole",
}
"""What another attempt can mend, and why it is a fault."""

FATAL = {
    "400": ("gives no access", "the collection is controlled"),
    "401": ("gives no access", "the user is not known"),
    "403": ("source: local", "the user may not"),
    "404": ("check base_url", "no such service"),
    "410": ("refuses the request", "another client error"),
    "empty": ("has no series", "NBIA's way to say that there is nothing"),
    "dot dot": ("no plain file name", "a path out of the folder"),
    "absolute": ("no plain file name", "a path from the root"),
    "drive": ("no plain file name", "a path on a drive"),
    "subfolder": ("no plain file name", "NBIA's archives are flat"),
    "link": ("no plain file name", "a symbolic link"),
    "manifest": ("may not bring", "a file that this program writes itself"),
    "bomb": ("refused", "more bytes than the series can have"),
    "other series": ("belongs to another series", "a wrong file"),
    "not DICOM": ("is no DICOM file", "a wrong file"),
    "instance twice": ("repeats an instance", "a wrong file"),
}
"""What no other attempt can mend: part of the message, and why it is a fault."""


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
    running.faults.clear()
    running.requests.clear()
    return running


@pytest.fixture
def series(held: Holding) -> Series:
    size = sum(len(data) for data in held.files.values())
    return Series("LOOPBACK", "P1", 1, held.uid, "T1", len(held.files), size, "CC BY 4.0", "nbia")


def fetch(server: NbiaServer, series: Series, folder: Path) -> bool:
    return fetch_series(series, folder, Sources(base_url=server.url, patience=QUICK))


def assert_whole(folder: Path, held: Holding) -> None:
    assert differences(folder) == []
    origin, entries = read_manifest(folder)
    assert origin["series_instance_uid"] == held.uid
    assert {entry.name for entry in entries} >= {*held.files, "LICENSE", "CITATION.txt"}
    for name, data in held.files.items():
        assert (folder / name).read_bytes() == data
    assert read_volume(folder).voxels.shape == (6, 16, 12)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_every_fault_of_the_server_is_tried() -> None:
    assert {*RECOVERS, *FATAL} == set(FAULTS)
    assert set(ARCHIVES) < set(FAULTS)


def test_a_series_comes_whole_and_a_second_time_nothing_is_downloaded(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path
) -> None:
    assert fetch(server, series, tmp_path / "P1_1")
    assert_whole(tmp_path / "P1_1", held)
    assert not fetch(server, series, tmp_path / "P1_1")
    assert server.requests == {held.uid: 1}


@pytest.mark.parametrize("fault", RECOVERS)
def test_recovers_at_the_next_attempt(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path, fault: str
) -> None:
    server.faults[held.uid] = [fault]
    assert fetch(server, series, tmp_path / "P1_1")
    assert_whole(tmp_path / "P1_1", held)
    assert server.requests == {held.uid: 2}, RECOVERS[fault]


@pytest.mark.parametrize("fault", RECOVERS)
def test_gives_up_with_one_line_and_leaves_nothing(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path, fault: str
) -> None:
    server.faults[held.uid] = [fault, "forever"]
    with pytest.raises(InputError, match="gave up after 3 attempts") as caught:
        fetch(server, series, tmp_path / "P1_1")
    assert "P1_1" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert server.requests == {held.uid: 3}, RECOVERS[fault]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", FATAL)
def test_fails_at_once_and_leaves_nothing(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path, fault: str
) -> None:
    message, why = FATAL[fault]
    server.faults[held.uid] = [fault, "forever"]
    outside = Path("/tmp/wdr-mcpd-outside.dcm")
    with pytest.raises(InputError, match=message) as caught:
        fetch(server, series, tmp_path / "in" / "P1_1")
    assert "P1_1" in str(caught.value)
    assert server.requests == {held.uid: 1}, why
    assert list((tmp_path / "in").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert not outside.exists()


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


def test_no_server_at_all(series: Series, tmp_path: Path) -> None:
    sources = Sources(base_url="http://127.0.0.1:9", patience=QUICK)
    with pytest.raises(InputError, match=r"refused\)?; gave up after 3"):
        fetch_series(series, tmp_path / "P1_1", sources)
    with pytest.raises(InputError, match=r"No scheme|Invalid URL"):
        fetch_series(series, tmp_path / "P1_1", replace(sources, base_url="nowhere"))
    assert list(tmp_path.iterdir()) == []


def test_waits_grow_and_follow_the_server(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path
) -> None:
    server.faults[held.uid] = ["500", "500", "429"]
    patience = Patience(attempts=4, first_wait=0.1, longest_wait=1.0, connect=2, read=2)
    started = time.monotonic()
    fetch_series(series, tmp_path / "P1_1", Sources(base_url=server.url, patience=patience))
    # 0.1 and 0.2 s with jitter of up to 0.1 s each, then the second that the 429 asks for
    assert 1.3 <= time.monotonic() - started < 4


KILLED = """
import json, sys
from pathlib import Path
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.series import Series
fetch_series(Series(**json.loads(sys.argv[1])), Path(sys.argv[2]), Sources(base_url=sys.argv[3]))
"""


def row_text(series: Series) -> str:
    return json.dumps(asdict(series))


def test_a_process_killed_in_mid_download_leaves_nothing_that_counts(
    server: NbiaServer, held: Holding, series: Series, tmp_path: Path
) -> None:
    server.faults[held.uid] = ["hang midway"]
    folder = tmp_path / "P1_1"
    process = subprocess.Popen([sys.executable, "-c", KILLED, row_text(series), str(folder), server.url])
    archive = f".partial-*/{folder.name}/series.zip"
    while not list(tmp_path.glob(archive)):
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
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
            peaks.append(int(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    assert peaks[1] - peaks[0] < 5_000


def big_instance(uid: str, number: int) -> bytes:
    """A DICOM file with 1 MB of noise."""
    import io

    from pydicom.dataset import Dataset
    from pydicom.uid import MRImageStorage

    from wdr_mcpd.data.dicom_write import deterministic_meta

    dataset = Dataset()
    dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = f"{uid}.{number}"
    dataset.SeriesInstanceUID = uid
    dataset.Rows, dataset.Columns, dataset.BitsAllocated, dataset.PixelRepresentation = 512, 1024, 16, 0
    dataset.add_new("PixelData", "OW", np.random.default_rng(number).bytes(1 << 20))
    dataset.file_meta = deterministic_meta(MRImageStorage, dataset.SOPInstanceUID)
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
