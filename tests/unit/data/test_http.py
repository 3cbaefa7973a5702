"""The HTTP client against a server on loopback: every fault ends in the whole file, or in one true line."""

import asyncio
import errno
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from email.utils import formatdate
from pathlib import Path

import pytest
import trustme

from nbia_server import AGAIN, DEADLINE, FAULTS, REFUSED, SOUND, SPOILT, NbiaServer
from nbia_server.surroundings import SURROUNDINGS, Place, secure_context
from nbia_server.table import PAGE, with_table
from nbia_server.tried import TRIED
from wdr_mcpd.data.http import download, stop_all
from wdr_mcpd.data.http_client import Limits, asked_wait
from wdr_mcpd.errors import InputError, SeriesError

DATA = hashlib.shake_256(b"data").digest(100_000)
SHA256 = f"sha256:{hashlib.sha256(DATA).hexdigest()}"
PATH = "/folder/a.bin"
pytestmark = pytest.mark.usefixtures("loopback_alone")


@pytest.fixture(scope="module")
def running() -> Iterator[NbiaServer]:
    with NbiaServer() as server:
        server.files[PATH] = DATA
        yield server


@pytest.fixture
def server(running: NbiaServer) -> NbiaServer:
    running.forget()
    return running


def fetch(
    server: NbiaServer, path: Path, url: str = "", checksum: str = SHA256, size: int = len(DATA)
) -> None:
    limits = Limits(attempts=3, new_loop=server.clock.new_loop)
    url = url or server.url + PATH
    download(url, path, checksum=checksum, size=size, limits=limits, progress=server.arrived)


def refusal_of(server: NbiaServer, folder: Path, url: str = "") -> tuple[type[Exception], str]:
    began = server.clock.now()
    with pytest.raises(InputError) as caught:
        fetch(server, folder / "a.bin", url)
    last_step = 61  # of the clock, that is set on in steps
    assert server.clock.now() - began < Limits().deadline(len(DATA)) + last_step
    assert list(folder.iterdir()) == []
    assert "\n" not in str(caught.value)
    return caught.type, str(caught.value)


@pytest.mark.parametrize("name", [name for name in TRIED["file"] if name in FAULTS])
def test_a_fault_for_ever(server: NbiaServer, tmp_path: Path, name: str) -> None:
    fault = FAULTS[name]
    server.faults[PATH] = [name, "forever"]
    if fault.ends == SOUND:
        fetch(server, tmp_path / "a.bin")
        assert (tmp_path / "a.bin").read_bytes() == DATA
        return
    kind, line = refusal_of(server, tmp_path)
    assert fault.says in line
    assert issubclass(kind, SeriesError) == (fault.ends in (SPOILT, REFUSED))
    assert ("run again later" in line) == (fault.ends in (AGAIN, DEADLINE))
    if name != "redirects":
        assert server.requests[PATH] == (3 if fault.ends in (AGAIN, SPOILT) else 1)


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.ends in (AGAIN, SPOILT)])
def test_a_fault_that_passes(server: NbiaServer, tmp_path: Path, name: str) -> None:
    server.faults[PATH] = [name]
    fetch(server, tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == DATA
    assert server.requests[PATH] == 2


@pytest.mark.parametrize("name", ["429", "429 until"])
def test_the_wait_that_the_server_asks_for(server: NbiaServer, tmp_path: Path, name: str) -> None:
    server.faults[PATH] = [name]
    fetch(server, tmp_path / "a.bin")
    assert server.clock.slept == [pytest.approx(90, abs=2)]


def test_what_retry_after_says() -> None:
    assert asked_wait("17", "") == 17
    assert asked_wait(formatdate(1000, usegmt=True), formatdate(940, usegmt=True)) == 60
    assert asked_wait(formatdate(940, usegmt=True), formatdate(1000, usegmt=True)) == 0
    assert asked_wait("", "") == asked_wait("soon", "") == asked_wait("-3", "") == 0


def test_waits_double_up_to_their_limit() -> None:
    limits = Limits(first_wait=2, longest_wait=10)
    for number, least in ((1, 2), (2, 4), (3, 8), (4, 10), (9, 10)):
        assert least <= limits.wait_before(number) <= 1.25 * least


@pytest.mark.parametrize("name", ["attempts", "seconds", "rate", "headers", "idle"])
def test_a_limit_of_nothing_is_refused(name: str) -> None:
    Limits(**{name: 1})
    with pytest.raises(InputError, match="above 0"):
        Limits(**{name: 0})


def test_the_deadline_goes_by_the_size() -> None:
    limits = Limits(seconds=100, rate=1000)
    assert limits.deadline(5000) == 105
    assert limits.deadline(0) > limits.deadline(200_000_000)


@pytest.mark.parametrize(
    "checksum",
    [
        SHA256,
        f"md5:{hashlib.md5(DATA).hexdigest()}",
        f"git-blob:{hashlib.sha1(b'blob 100000' + bytes(1) + DATA).hexdigest()}",
    ],
)
def test_a_file_that_is_there_is_not_asked_for(server: NbiaServer, tmp_path: Path, checksum: str) -> None:
    fetch(server, tmp_path / "a.bin", checksum=checksum, size=0)
    fetch(server, tmp_path / "a.bin", checksum=checksum, size=0)
    assert server.requests[PATH] == 1
    (tmp_path / "a.bin").write_bytes(DATA[:-1] + b"x")
    fetch(server, tmp_path / "a.bin", checksum=checksum, size=0)
    assert (tmp_path / "a.bin").read_bytes() == DATA
    assert server.requests[PATH] == 2


@pytest.mark.parametrize("size", [len(DATA), 0])
def test_an_altered_byte(server: NbiaServer, tmp_path: Path, size: int) -> None:
    server.files["/altered"] = DATA[:-1] + bytes([DATA[-1] ^ 1])
    with pytest.raises(SeriesError, match="its sha256 differs"):
        fetch(server, tmp_path / "a.bin", server.url + "/altered", size=size)


def test_a_password_in_the_address_is_not_told(server: NbiaServer, tmp_path: Path) -> None:
    address = f"http://me:secret@{server.url.removeprefix('http://')}{PATH}"
    fetch(server, tmp_path / "whole", address)
    for name in ("page", "cut with length", "403"):
        server.faults[PATH] = [name, "forever"]
        with pytest.raises(InputError) as caught:
            fetch(server, tmp_path / "a.bin", address)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("size", [len(DATA) - 1, len(DATA) + 1])
def test_another_size(server: NbiaServer, tmp_path: Path, size: int) -> None:
    with pytest.raises(SeriesError, match=r"refused|of 100001 bytes came"):
        fetch(server, tmp_path / "a.bin", size=size)


def test_progress_of_a_failed_attempt_is_taken_back(server: NbiaServer, tmp_path: Path) -> None:
    server.faults[PATH] = ["cut with length", "page"]
    pieces: list[int] = []
    limits = Limits(new_loop=server.clock.new_loop)
    download(server.url + PATH, tmp_path / "a.bin", checksum=SHA256, limits=limits, progress=pieces.append)
    assert sum(pieces) == len(DATA)
    assert min(pieces) < 0


def test_a_full_disk_is_no_fault_of_the_server(tmp_path: Path, server: NbiaServer) -> None:
    def full(size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    limits = Limits(new_loop=server.clock.new_loop)
    with pytest.raises(OSError, match="No space left") as caught:
        download(server.url + PATH, tmp_path / "a.bin", checksum=SHA256, limits=limits, progress=full)
    assert caught.value.filename == str(tmp_path / "a.bin")
    assert server.requests[PATH] == 1
    assert list(tmp_path.iterdir()) == []


def test_where_an_event_loop_is_running_already(server: NbiaServer, tmp_path: Path) -> None:
    async def notebook() -> None:
        fetch(server, tmp_path / "a.bin")
        server.faults[PATH] = ["403"]
        with pytest.raises(SeriesError, match="403 Forbidden"):
            fetch(server, tmp_path / "b.bin")

    asyncio.run(notebook())
    assert (tmp_path / "a.bin").read_bytes() == DATA


def test_stopped_from_another_thread(server: NbiaServer, tmp_path: Path) -> None:
    server.faults[PATH] = ["hang midway"]
    server.arrived.restart()
    ended: list[BaseException] = []

    def run() -> None:
        try:
            download(server.url + PATH, tmp_path / "a.bin", checksum=SHA256, progress=server.arrived)
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    server.arrived.wait_for(len(DATA) // 2)
    stop_all()
    thread.join()
    assert isinstance(ended[0], asyncio.CancelledError)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def place(
    server: NbiaServer,
    authority: trustme.CA,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    """Servers, a port on which nobody listens, and an authority that is trusted."""
    certificate = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(certificate)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with socket.socket() as closed, ExitStack() as running:
        closed.bind(("127.0.0.1", 0))

        def secure(host: str) -> str:
            other = running.enter_context(NbiaServer(tls=secure_context(authority, host)))
            other.files[PATH] = DATA
            return other.url + PATH

        running.callback((end := threading.Event()).set)
        yield Place(server, PATH, secure, closed.getsockname()[1], end, monkeypatch)


@pytest.mark.parametrize("name", [name for name in TRIED["file"] if name in SURROUNDINGS])
def test_what_is_wrong_around_it(place: Place, tmp_path: Path, name: str) -> None:
    fault = SURROUNDINGS[name]
    kind, line = refusal_of(place.server, tmp_path, fault.arrange(place))
    assert fault.says in line
    assert "secret" not in line
    assert kind is InputError
    assert ("run again later" in line) == (fault.ends == AGAIN)
    assert len(place.server.clock.slept) == (2 if fault.ends == AGAIN else 0)


def test_an_authority_that_the_environment_names(place: Place, tmp_path: Path) -> None:
    fetch(place.server, tmp_path / "a.bin", place.secure("127.0.0.1"))
    assert (tmp_path / "a.bin").read_bytes() == DATA


def test_the_page_lists_the_faults_that_are_tried() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "python tests/nbia_server/table.py writes the table anew"
