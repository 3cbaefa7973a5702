"""A run that is killed, meets a full disk, or is started twice never leaves wrong results behind.

The number of kills and their seed: environment WDR_MCPD_KILLS and WDR_MCPD_SEED.
"""

import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import runs
from runs import Undisturbed

KILLS = int(os.environ.get("WDR_MCPD_KILLS", "3"))
SEED = int(os.environ.get("WDR_MCPD_SEED", "1"))
TEXTS = (".csv", ".md", ".tex", ".json", ".tsv", ".svg", ".txt")
pytestmark = pytest.mark.timeout(7200)


def test_killed_at_random_moments_and_started_again(tmp_path: Path, undisturbed: Undisturbed) -> None:
    """The first one just after a line of the output, so that it meets a living run on any machine."""
    moments = random.Random(SEED)
    lines = undisturbed.text.count("\n") // 2
    folder = tmp_path / "killed"
    killed = 0
    for _ in range(KILLS):
        line, seconds = moments.randint(1, lines), moments.uniform(0, 1)
        if not runs.kill(runs.start(folder), line, seconds if killed else 0):
            assert runs.hashes(folder) == undisturbed.hashes
            shutil.rmtree(folder)  # it had ended: the next moment meets a run from the start
        else:
            killed += 1
            runs.unlock(folder)
            assert wrong(folder, undisturbed) == {}
    assert_same(runs.run(folder), folder, undisturbed)
    print(f"\nseed {SEED}: {killed} of {KILLS} moments met a living run")
    assert killed > 0


def wrong(folder: Path, undisturbed: Undisturbed) -> dict[str, str]:
    """Results that are there but are not those of the undisturbed run."""
    found = {name: value for name, value in runs.hashes(folder).items() if ".partial-" not in name}
    return {name: value for name, value in found.items() if undisturbed.hashes.get(name) != value}


def assert_same(ended: runs.Ended, folder: Path, undisturbed: Undisturbed) -> None:
    """The run ended well, with the same results, no unfinished ones, and no place of this machine in them."""
    assert ended.status == 0, ended.text[-3000:]
    assert runs.hashes(folder) == undisturbed.hashes
    for path in (folder / "results").rglob("*"):
        assert not path.name.startswith(".partial-")
        if path.suffix in TEXTS and "logs" not in path.parts:
            assert str(folder.parent) not in path.read_text(encoding="utf-8"), path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory, of a size that `mount -o remount,size=` changes; needs root."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False
    ).returncode:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_an_error_and_the_run_goes_on_when_there_is_room(
    small_disk: Path, undisturbed: Undisturbed
) -> None:
    failures = 0
    needed = sum(path.stat().st_size for path in undisturbed.folder.rglob("*") if path.is_file())
    for share in (0.3, 0.7):
        size = f"size={max(int(needed * share), 64 * 1024)}"
        subprocess.run(["mount", "-o", f"remount,{size}", str(small_disk)], check=True)
        ended = runs.run(small_disk)
        failures += ended.status != 0
        if ended.status != 0:
            assert "No space left on device" in ended.text, ended.text[-3000:]
        assert wrong(small_disk, undisturbed) == {}
    subprocess.run(["mount", "-o", f"remount,size={needed * 10 + 2**26}", str(small_disk)], check=True)
    assert_same(runs.run(small_disk), small_disk, undisturbed)
    print(f"\n{failures} of 2 sizes were too small")
    assert failures > 0


def elsewhere(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """The environment of another machine; where a locale cannot be compiled, programs see only its name."""
    locales = folder / "locales"
    locales.mkdir()
    language, _, charset = environment["LC_ALL"].partition(".")
    if charset and shutil.which("localedef"):
        command = ["localedef", "-i", language, "-f", charset, str(locales / environment["LC_ALL"])]
        subprocess.run(command, capture_output=True, check=False)
    return {**os.environ, **environment, "LANG": environment["LC_ALL"], "LOCPATH": str(locales)}


def test_of_two_runs_in_one_folder_one_is_refused(tmp_path: Path, undisturbed: Undisturbed) -> None:
    """The other one, in the C locale, another time zone and a narrow terminal, has the same results."""
    c_locale = {"LC_ALL": "C", "TZ": "America/Nome", "PYTHONHASHSEED": "0", "COLUMNS": "40"}
    folder = tmp_path / "shared"
    first = runs.start(folder, env=elsewhere(tmp_path, c_locale))
    assert first.stdout is not None
    while not list((folder / ".snakemake" / "locks").glob("*")):
        assert first.stdout.readline(), "the first run took no lock"
    os.killpg(first.pid, signal.SIGSTOP)  # it cannot end before the second one meets it
    second = runs.run(folder)
    os.killpg(first.pid, signal.SIGCONT)
    assert second.status != 0
    assert "cannot be locked" in second.text
    assert_same(runs.finish(first), folder, undisturbed)


@pytest.fixture
def read_only_checkout(tmp_path: Path) -> Iterator[Path]:
    """The checkout on a place that not even root can write to; needs root."""
    copy, mounted = tmp_path / "copy", tmp_path / "read only"
    copy.mkdir()
    # With .git: the results tell the commit of their checkout.
    parts = ("Snakefile", "config", "resources", "src", "workflow", "profiles", "environment.yml", ".git")
    for name in parts:
        source = runs.ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, copy / name)
    mounted.mkdir()
    if subprocess.run(["mount", "--bind", str(copy), str(mounted)], check=False).returncode:
        pytest.skip("only root can mount the checkout read-only")
    subprocess.run(["mount", "-o", "remount,ro,bind", str(mounted)], check=True)
    yield mounted
    subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def test_a_read_only_checkout_with_the_results_elsewhere(
    tmp_path: Path, read_only_checkout: Path, undisturbed: Undisturbed
) -> None:
    """In a Turkish folder, where i and I are no pair, on one core and the other side of the date line."""
    with pytest.raises(OSError, match="Read-only"):
        (read_only_checkout / "x").touch()
    turkish = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7"}
    folder = tmp_path / "Türkçe ı folder"
    options = {"snakefile": read_only_checkout / "Snakefile", "env": elsewhere(tmp_path, turkish)}
    assert_same(runs.run(folder, "--cores", "1", **options), folder, undisturbed)


def test_a_read_only_folder_is_refused(read_only_checkout: Path) -> None:
    ended = runs.run(read_only_checkout)
    assert ended.status != 0
    assert "Read-only file system" in ended.text


def test_a_wrong_measurement_fails_the_run_and_names_the_file(undisturbed: Undisturbed) -> None:
    folder = undisturbed.folder.with_name("wrong")  # as far from the checkout, so that nothing is made anew
    shutil.copytree(undisturbed.folder, folder)
    exam = sorted(path.name for path in (folder / "results" / "quality").iterdir())[0]
    checked = f"results/checks/{exam}/3d-wdr.csv"
    measured = folder / "results" / "quality" / exam / "3d-wdr.csv"
    header, first, *rest = measured.read_text().splitlines(keepends=True)
    column = header.split(",").index("psnr_db")
    cells = first.split(",")
    cells[column] = f"{float(cells[column]) + 0.01:.6f}"
    measured.write_text("".join([header, ",".join(cells), *rest]))
    ended = runs.run(folder, target=checked)
    assert ended.status != 0
    line = f"wdr-mcpd: results/quality/{exam}/3d-wdr.csv: at "
    assert line in ended.text, ended.text[-3000:]
    assert not (folder / checked).exists()
