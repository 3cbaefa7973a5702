import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbia_server import NbiaServer, holding
from wdr_mcpd.cli import main
from wdr_mcpd.data.fetch import fetch_series
from wdr_mcpd.data.nbia import Patience
from wdr_mcpd.data.nbia_query import nbia_records
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError

QUICK = Patience(attempts=3, first_wait=0.01, longest_wait=0.05, connect=2, read=0.5)

# tcia-utils brings IPython, whose history imports a module that Python deprecates
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NbiaServer]:
    folder = tmp_path_factory.mktemp("held")
    table = synthetic_table(2, 3, 16, 0)
    for row in table:
        fetch_series(row, folder / row.exam_id)
    with NbiaServer(holding(folder / row.exam_id) for row in table) as server:
        yield server


@pytest.fixture
def server(running: NbiaServer) -> NbiaServer:
    running.query_faults.clear()
    return running


def test_the_table_of_a_collection(
    server: NbiaServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "table.tsv"
    question = [
        "series",
        "list",
        "--source",
        "nbia",
        "--collection",
        "LOOPBACK",
        "--base-url",
        server.url,
        "--min-images",
        "3",
    ]
    assert main([*question, "--out", str(out)]) == 0
    assert capsys.readouterr() == ("4 exams of 2 patients\n", "")
    table = read_series_table(out)
    assert [(row.exam_id, row.source) for row in table] == [
        (row.exam_id, "nbia") for row in synthetic_table(2, 3, 16, 0)
    ]
    assert [row.image_count for row in table] == [3] * 4
    assert all(row.bytes > 3 * 16 * 16 * 2 for row in table)
    assert {row.licence for row in table} == {"CC BY 4.0"}


@pytest.mark.parametrize("fault", ["500", "429", "503", "reset", "hang"])
def test_recovers(server: NbiaServer, fault: str) -> None:
    server.query_faults[:] = [fault]
    assert len(nbia_records("LOOPBACK", server.url, QUICK)) == 4


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("empty", "lists no MR series of a collection LOOPBACK; check its spelling"),
        ("401", "cannot be had"),
        ("403", "cannot be had"),
        ("404", "cannot be had"),
        ("500", "cannot be had"),
        ("reset", "cannot be had"),
        ("hang", "cannot be had"),
        ("HTML", "cannot be had"),
    ],
)
def test_none_is_an_error_and_an_empty_list_its_own(server: NbiaServer, fault: str, message: str) -> None:
    server.query_faults[:] = [fault, "forever"]
    with pytest.raises(InputError, match=message) as caught:
        nbia_records("LOOPBACK", server.url, QUICK)
    assert server.url in str(caught.value)


def test_a_collection_that_is_not_there(server: NbiaServer) -> None:
    with pytest.raises(InputError, match="check its spelling"):
        nbia_records("LOOPBACKS", server.url, QUICK)


def test_logging_of_the_program_is_left_alone(server: NbiaServer) -> None:
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    nbia_records("LOOPBACK", server.url, QUICK)
    assert (root.level, root.handlers) == before
