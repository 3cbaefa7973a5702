"""The list of a collection: through tcia-utils over an HTTPS proxy, and from another NBIA server directly."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from nbia_server import FAULTS, SPOILT, Holding, Intercepted, NbiaServer, holding
from nbia_server.faults import LIBRARIES
from nbia_server.surroundings import SURROUNDINGS
from nbia_server.tried import TRIED
from wdr_mcpd.cli import main
from wdr_mcpd.data.fetch import fetch_series
from wdr_mcpd.data.http_client import Limits
from wdr_mcpd.data.nbia import nbia_records
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.defaults import NBIA as BASE_URL
from wdr_mcpd.errors import InputError

pytestmark = pytest.mark.usefixtures("loopback_alone")
HOST = BASE_URL.removeprefix("https://")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> list[Holding]:
    folder = tmp_path_factory.mktemp("held")
    table = synthetic_table(2, 3, 16, 0)
    for row in table:
        fetch_series(row, folder / row.exam_id)
    return [holding(folder / row.exam_id) for row in table]


@pytest.fixture(scope="module")
def archive(
    held: list[Holding], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[NbiaServer, dict[str, str]]]:
    """The archive's own address, led to a server on loopback."""
    server = NbiaServer(held)
    with Intercepted(server, HOST, tmp_path_factory.mktemp("authority")) as way, server:
        yield server, way.environment


@pytest.fixture(scope="module")
def mirror(held: list[Holding]) -> Iterator[NbiaServer]:
    with NbiaServer(held) as server:
        yield server


@pytest.fixture(params=["archive", "mirror"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[NbiaServer, str]:
    """A server and the address by which it is asked."""
    if request.param == "mirror":
        mirror = request.getfixturevalue("mirror")
        mirror.forget()
        return mirror, mirror.url
    archive, environment = request.getfixturevalue("archive")
    archive.forget()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return archive, BASE_URL


def listed(server: tuple[NbiaServer, str], collection: str = "LOOPBACK", attempts: int = 2) -> int:
    limits = Limits(attempts=attempts, new_loop=server[0].clock.new_loop)
    return len(nbia_records(collection, server[1], limits))


def test_a_list_after_a_fault_that_passes(server: tuple[NbiaServer, str]) -> None:
    server[0].query_faults[:] = ["500"]
    assert listed(server) == 4


def test_the_table_of_a_collection(
    mirror: NbiaServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror.forget()
    out = tmp_path / "table.tsv"
    question = ["series", "list", "--source", "nbia", "--collection", "LOOPBACK", "--base-url", mirror.url]
    assert main([*question, "--min-images", "3", "--out", str(out)]) == 0
    assert capsys.readouterr() == ("4 exams of 2 patients\n", "")
    table = read_series_table(out)
    assert [(row.exam_id, row.source) for row in table] == [
        (row.exam_id, "nbia") for row in synthetic_table(2, 3, 16, 0)
    ]
    assert [row.image_count for row in table] == [3] * 4
    assert all(row.bytes > 3 * 16 * 16 * 2 for row in table)
    assert {row.licence for row in table} == {"CC BY 4.0"}


def refusal_of(server: NbiaServer, url: str, name: str) -> str:
    server.query_faults[:] = [name, "forever"]
    server.arrived.told = False
    with pytest.raises(InputError) as caught:
        listed((server, url), attempts=1)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", [name for name in TRIED["list of NBIA"] if FAULTS[name].ends != SPOILT])
def test_faults_of_another_server(mirror: NbiaServer, name: str) -> None:
    mirror.forget()
    assert FAULTS[name].says in refusal_of(mirror, mirror.url, name)


def test_a_page_instead_of_a_list(mirror: NbiaServer) -> None:
    mirror.forget()
    assert "sent no JSON but '<!DOCTYPE html>" in refusal_of(mirror, mirror.url, "page")


@pytest.mark.parametrize("name", TRIED["tcia-utils"])
def test_faults_met_through_tcia_utils(
    archive: tuple[NbiaServer, dict[str, str]],
    mirror: NbiaServer,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    server, environment = archive
    server.forget()
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    if name == "unknown authority":
        for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            monkeypatch.delenv(variable)
    elif name == "proxy refuses":
        monkeypatch.setenv("HTTPS_PROXY", mirror.url)
    elif name in LIBRARIES:
        server.clock.pace = 1000
    says = {"page": "sent no JSON but", "proxy refuses": "does not let through to"}
    known = {**SURROUNDINGS, **FAULTS, **LIBRARIES}
    assert says.get(name, known[name].says) in refusal_of(server, BASE_URL, name)
    children = [child.cmdline() for child in psutil.Process().children(recursive=True)]
    assert not [line for line in children if "wdr_mcpd.data.child" in line]


@pytest.mark.parametrize("server", ["mirror"], indirect=True)
def test_a_collection_that_is_not_there(server: tuple[NbiaServer, str]) -> None:
    with pytest.raises(InputError, match=r"shows no collection LOOPBACKS \(near it: LOOPBACK\); check"):
        listed(server, "LOOPBACKS")


def test_a_collection_without_mr(held: list[Holding], tmp_path: Path) -> None:
    records = [Holding(one.uid, one.files, {**one.record, "Modality": "CT"}) for one in held]
    with (
        NbiaServer(records) as server,
        pytest.raises(InputError, match="lists no MR series of the collection"),
    ):
        listed((server, server.url))


@pytest.mark.parametrize(
    ("text", "date"),
    [("01-31-2020", "20200131"), ("2020-01-31", "20200131"), ("31-01-2020", ""), ("", ""), ("soon", "")],
)
def test_dates_of_the_server(held: list[Holding], text: str, date: str) -> None:
    one = held[0]
    with NbiaServer([Holding(one.uid, one.files, {**one.record, "StudyDate": text})]) as server:
        (record,) = nbia_records("LOOPBACK", server.url)
    assert record.study_date == date


def test_what_is_no_list_of_series(held: list[Holding]) -> None:
    records = [Holding(one.uid, one.files, {"Collection": "LOOPBACK", "Modality": "MR"}) for one in held]
    with (
        NbiaServer(records) as server,
        pytest.raises(InputError, match="something else than a list of series"),
    ):
        listed((server, server.url))


def test_the_process_of_tcia_utils_ends_with_the_one_that_started_it() -> None:
    script = "import threading, wdr_mcpd.data.child as c; c.end_with_parent(); threading.Event().wait()"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, env=os.environ)
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait() == 1


def test_nothing_of_it_is_imported_before_it_is_needed() -> None:
    needless = {"httpx2", "tcia_utils", "pandas", "idc_index_data", "unearth"}
    script = f"import sys, wdr_mcpd.data.cohort; print({needless} & {{*sys.modules}})"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
