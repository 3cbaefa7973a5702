import io
import re
import shlex
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nbia_server import NbiaServer, holding
from wdr_mcpd.cli import main
from wdr_mcpd.data import cohort
from wdr_mcpd.data.cohort import fetch_cohort, fetch_command
from wdr_mcpd.data.cut import volume_of_exam
from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.series import Series, read_series_table, write_series_table
from wdr_mcpd.data.study import excluded_series, read_excluded
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_rows

pytestmark = pytest.mark.usefixtures("loopback_alone")
TABLE = synthetic_table(2, 3, 16, 0)
AS_IS = {"slice_step": 1, "slice_average": False, "slice_axis": "thickest"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    write_series_table(tmp_path / "table.tsv", TABLE)
    return tmp_path / "table.tsv"


def told(how: str) -> list[str]:
    """What is printed of each exam, in the order of the exams."""
    return [f"{row.exam_id}: {how}" for row in TABLE]


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return sorted(line.partition(" (")[0] for line in capsys.readouterr().out.splitlines())


def test_fetched_once_verified_and_only_the_broken_fetched_again(
    tmp_path: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "series with a space"
    fetch = ["fetch", str(folder), "--series", str(table)]
    verify = ["verify", str(folder), "--series", str(table)]
    assert main(fetch) == 0
    assert printed(capsys) == told("fetched")
    assert main(verify) == 0
    assert capsys.readouterr().out == "4 series are whole\n"
    assert main(fetch) == 0
    assert printed(capsys) == told("already whole")

    whole = (folder / "phantom001_2" / "1-02.dcm").read_bytes()
    (folder / "phantom001_2" / "1-02.dcm").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    (folder / "phantom002_1" / "1-01.dcm").unlink()
    assert main(verify) == 2
    error = capsys.readouterr().err
    assert "2 of 4 series are not whole" in error
    assert "phantom001_2: 1-02.dcm was altered" in error
    assert (folder / "phantom001_2").is_dir()
    assert main([*verify, "--discard"]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert sorted(path.name for path in folder.iterdir()) == ["phantom001_1", "phantom002_2"]
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert main(shlex.split(last.partition("wdr-mcpd fetch ")[2].join(["fetch ", ""]))) == 0
    assert printed(capsys) == ["phantom001_2: fetched", "phantom002_1: fetched"]
    assert {path: path.stat().st_mtime_ns for path in before} == before, "nothing else was touched"
    assert (folder / "phantom001_2" / "1-02.dcm").read_bytes() == whole
    assert main(verify) == 0


def test_the_command_names_the_source() -> None:
    sources = Sources(sample=Path("s"), base_url="http://a", idc_endpoint="http://b", data_folder=Path("d d"))
    assert fetch_command(Path("f"), Path("t"), ["P_1", "P_2"], sources) == (
        "wdr-mcpd fetch f --series t --sample s --base-url http://a --idc-endpoint http://b "
        "--data-folder 'd d' --exam P_1 --exam P_2"
    )
    assert fetch_command(Path("f"), Path("t"), [], Sources()) == "wdr-mcpd fetch f --series t"


@pytest.mark.parametrize("at_once", [1, 3])
def test_so_many_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    together = threading.Barrier(at_once)
    under_way: list[int] = []

    def fetch(row: Series, *others: object) -> bool:
        under_way.append(1)
        most.append(sum(under_way))
        together.wait()  # passes only when as many as may be are under way
        under_way.append(-1)
        return False

    most: list[int] = []
    monkeypatch.setattr(cohort, "fetch_series", fetch)
    write_series_table(tmp_path / "six.tsv", synthetic_table(3, 3, 16, 0))
    fetch = ["fetch", str(tmp_path), "--series", str(tmp_path / "six.tsv")]
    assert main([*fetch, "--parallel-downloads", str(at_once)]) == 0
    assert len(most) == 6
    assert max(most) <= at_once


def test_none_at_a_time(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be at least 1"):
        fetch_cohort(TABLE, tmp_path, Sources(), at_once=0)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[tuple[NbiaServer, Path]]:
    """A server that holds the four exams, and their table."""
    rows, held = [], []
    for row in TABLE:
        fetch_series(row, tmp_path / "made" / row.exam_id)
        one = holding(tmp_path / "made" / row.exam_id)
        held.append(one)
        size = sum(len(data) for data in one.files.values())
        rows.append(replace(row, series_instance_uid=one.uid, source="nbia", bytes=size))
    write_series_table(tmp_path / "nbia.tsv", rows)
    with NbiaServer(held) as server:
        yield server, tmp_path / "nbia.tsv"


def test_lines_tell_series_bytes_rate_and_time_left(
    archive: tuple[NbiaServer, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server, table = archive
    fetch = ["fetch", str(tmp_path / "series"), "--series", str(table), "--base-url", server.url]
    assert main(fetch) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    meter = r"[\d.]+k of [\d.]+k, [\d.?]+[kM]?B/s, [\d:?]+ left"
    for number, line in enumerate(lines, 1):
        assert re.fullmatch(rf"phantom00\d_\d: fetched \({number} of 4 series, {meter}\)", line), line
    assert re.search(r" ([\d.]+k) of \1,", lines[-1]), "all bytes of the table"


def test_a_bar_on_a_terminal(
    archive: tuple[NbiaServer, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    server, table = archive
    monkeypatch.setattr("sys.stderr", screen := Terminal())
    fetch_cohort(read_series_table(table), tmp_path / "series", Sources(base_url=server.url))
    last = screen.getvalue().split("\r")[-1]
    assert re.search(r"^4 of 4 series: 100%.* ([\d.]+k)/\1 \[.*<.*B/s\]", last), last


def test_one_that_cannot_be_had_does_not_stop_the_rest(
    archive: tuple[NbiaServer, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server, table = archive
    folder, out = tmp_path / "series", tmp_path / "excluded.tsv"
    uid = read_series_table(table)[1].series_instance_uid
    server.faults[uid] = ["403", "forever"]
    fetch = ["fetch", str(folder), "--series", str(table), "--base-url", server.url]
    assert main(fetch) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "1 of 4 series could not be had: exam phantom001_2: 127.0.0.1 refuses it (403" in captured.err
    assert captured.out.count(": fetched") == 3
    assert captured.out.count("phantom001_2: not fetched: 127.0.0.1 refuses it") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["phantom001_1", "phantom002_1", "phantom002_2"]

    assert main([*fetch, "--exclude"]) == 0
    assert "phantom001_2: left out: 127.0.0.1 refuses it (403" in capsys.readouterr().out
    manifests = [folder / row.exam_id / "manifest.json" for row in read_series_table(table)]
    cut = {"slices": 3, "first_slice": "central", **AS_IS, "on_bad_series": "fail"}
    excluded_series(table=table, manifests=manifests, out=out, source="nbia", synthetic={}, **cut)
    assert list(read_excluded(out)) == ["phantom001_2"]
    assert "403 Forbidden: not you" in read_excluded(out)["phantom001_2"]
    assert main(["verify", str(folder), "--series", str(table)]) == 2
    assert "phantom001_2: the series could not be had (127.0.0.1 refuses it" in capsys.readouterr().err
    server.faults.clear()
    assert main(fetch) == 0
    assert sum(server.requests.values()) == 4 + 2


def test_a_source_out_of_reach_stops_everything(archive: tuple[NbiaServer, Path], tmp_path: Path) -> None:
    server, table = archive
    rows = read_series_table(table)
    server.faults.update({row.series_instance_uid: ["429 for long", "forever"] for row in rows})
    with pytest.raises(InputError, match="come again in 86400 s"):
        fetch_cohort(rows, tmp_path / "series", Sources(base_url=server.url), at_once=1)
    assert sum(server.requests.values()) < 4
    assert list((tmp_path / "series").iterdir()) == []


def test_an_interrupt_ends_all_downloads(
    archive: tuple[NbiaServer, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, table = archive
    rows = read_series_table(table)
    server.faults.update({row.series_instance_uid: ["hang midway", "forever"] for row in rows})

    def interrupted(tasks: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cohort, "as_completed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch_cohort(rows, tmp_path / "series", Sources(base_url=server.url))
    assert not list((tmp_path / "series").glob("*"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / "manifest.json").unlink(), "has no manifest.json"),
        (lambda f: (f / "manifest.json").write_text("{"), "is broken"),
        (lambda f: (f / "manifest.json").write_text('{"files": [{"name": 1}]}'), "is broken"),
        (lambda f: (f / "more.dcm").write_text("x"), "more.dcm does not belong there"),
        (lambda f: (f / "1-01.dcm").write_text("x"), "1-01.dcm has 1 bytes"),
        (lambda f: f.rename(f.parent / "elsewhere"), "is missing"),
    ],
)
def test_what_verify_says(
    tmp_path: Path, table: Path, capsys: pytest.CaptureFixture[str], spoil, message: str
) -> None:
    folder = tmp_path / "series"
    assert main(["fetch", str(folder), "--series", str(table)]) == 0
    spoil(folder / "phantom001_1")
    capsys.readouterr()
    assert main(["verify", str(folder), "--series", str(table)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_one_exam(tmp_path: Path, table: Path) -> None:
    assert main(["fetch", str(tmp_path / "a"), "--series", str(table), "--exam", "phantom002_2"]) == 0
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["phantom002_2"]
    for wrong in ([], ["--series", str(table), "--exam", "nobody_1"]):
        assert main(["fetch", str(tmp_path / "c"), *wrong]) == 2
    assert not (tmp_path / "c").exists()


def test_an_altered_series_is_not_read(tmp_path: Path, table: Path) -> None:
    assert main(["fetch", str(tmp_path), "--series", str(table), "--exam", "phantom001_1"]) == 0
    folder = tmp_path / "phantom001_1"
    (folder / "1-02.dcm").write_bytes((folder / "1-01.dcm").read_bytes())
    files = {"manifest": folder / "manifest.json", "out": tmp_path / "out.npz", "facts": tmp_path / "f.tsv"}
    with pytest.raises(InputError, match=r"1-02\.dcm"):
        volume_of_exam(**files, slices=3, first_slice="central", exam="phantom001_1", **AS_IS)
    assert not (tmp_path / "out.npz").exists()


@pytest.mark.parametrize("keep", [True, False])
def test_a_series_is_deleted_after_use_only_where_it_is_not_kept(
    tmp_path: Path, table: Path, keep: bool
) -> None:
    assert main(["fetch", str(tmp_path), "--series", str(table), "--exam", "phantom001_1"]) == 0
    folder = tmp_path / "phantom001_1"
    before = sorted(path.name for path in folder.iterdir())
    files = {"manifest": folder / "manifest.json", "out": tmp_path / "out.npz", "facts": tmp_path / "f.tsv"}
    named = {"slices": 3, "first_slice": "central", "exam": "phantom001_1", "keep_series": keep}
    volume_of_exam(**files, **named, **AS_IS)
    assert sorted(path.name for path in folder.iterdir()) == (before if keep else ["manifest.json"])
    assert read_exam(tmp_path / "out.npz").volume.voxels.shape[0] == 3
    assert read_rows(tmp_path / "f.tsv")[1][0]["slices"] == "3"
