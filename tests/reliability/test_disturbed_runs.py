"""A run that is killed, meets a full disk, or is started twice never leaves wrong results behind.

The number of kills and their seed: environment WDR_MCPD_KILLS and WDR_MCPD_SEED.
"""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import runs
from runs import Undisturbed

KILLS = int(os.environ.get("WDR_MCPD_KILLS", "3"))
SEED = int(os.environ.get("WDR_MCPD_SEED", "1"))
pytestmark = pytest.mark.timeout(7200 if runs.FULL else 600)


def test_killed_at_random_moments_and_started_again(tmp_path: Path, undisturbed: Undisturbed) -> None:
    moments = random.Random(SEED)
    folder = tmp_path / "killed"
    killed = 0
    for _ in range(KILLS):
        if not runs.kill_after(runs.start(folder), moments.uniform(0, undisturbed.seconds / 5)):
            assert runs.hashes(folder) == undisturbed.hashes
            shutil.rmtree(folder)  # it had ended: the next moment meets a run from the start
        else:
            killed += 1
            runs.unlock(folder)
            assert wrong(folder, undisturbed) == {}
    ended = runs.run(folder)
    assert ended.status == 0, ended.text[-3000:]
    assert runs.hashes(folder) == undisturbed.hashes
    assert not list((folder / "results").rglob(".partial-*"))
    print(f"\nseed {SEED}: {killed} of {KILLS} moments met a living run")
    assert killed > 0


def wrong(folder: Path, undisturbed: Undisturbed) -> dict[str, str]:
    """Results that are there but are not those of the undisturbed run."""
    found = {name: value for name, value in runs.hashes(folder).items() if ".partial-" not in name}
    return {name: value for name, value in found.items() if undisturbed.hashes.get(name) != value}


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
        log_folder = small_disk.parent / "log"
        ended = runs.run(small_disk, log=log_folder)
        failures += ended.status != 0
        if ended.status != 0:
            assert "No space left on device" in ended.text, ended.text[-3000:]
        assert wrong(small_disk, undisturbed) == {}
    subprocess.run(["mount", "-o", f"remount,size={needed * 10 + 2**26}", str(small_disk)], check=True)
    ended = runs.run(small_disk, log=small_disk.parent / "log")
    assert ended.status == 0, ended.text[-3000:]
    assert runs.hashes(small_disk) == undisturbed.hashes
    print(f"\n{failures} of 2 sizes were too small")
    assert failures > 0


def test_of_two_runs_in_one_folder_one_is_refused(tmp_path: Path, undisturbed: Undisturbed) -> None:
    folder = tmp_path / "shared"
    first = runs.start(folder, log=tmp_path / "first")
    while not list((folder / ".snakemake" / "locks").glob("*")):
        assert first.poll() is None, (tmp_path / "first" / "run.log").read_text()
        time.sleep(0.02)
    second = runs.run(folder, log=tmp_path / "second")
    assert second.status != 0
    assert "cannot be locked" in second.text
    ended = runs.finish(first, tmp_path / "first")
    assert ended.status == 0, ended.text[-3000:]
    assert runs.hashes(folder) == undisturbed.hashes


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
    with pytest.raises(OSError, match="Read-only"):
        (read_only_checkout / "x").touch()
    folder = tmp_path / "elsewhere"
    ended = runs.run(folder, snakefile=read_only_checkout / "Snakefile")
    assert ended.status == 0, ended.text[-3000:]
    assert runs.hashes(folder) == undisturbed.hashes


def test_a_read_only_folder_is_refused(read_only_checkout: Path, tmp_path: Path) -> None:
    ended = runs.run(read_only_checkout, log=tmp_path / "log")
    assert ended.status != 0
    assert "Read-only file system" in ended.text


@pytest.mark.parametrize(
    ("name", "environment", "options"),
    [
        (
            "Türkçe ı folder",
            {
                "LC_ALL": "tr_TR.UTF-8",
                "LANG": "tr_TR.UTF-8",
                "TZ": "Pacific/Kiritimati",
                "PYTHONHASHSEED": "7",
            },
            ("--cores", "1"),
        ),
        ("C", {"LC_ALL": "C", "LANG": "C", "TZ": "America/Nome", "PYTHONHASHSEED": "0", "COLUMNS": "40"}, ()),
    ],
)
def test_the_same_results_elsewhere(
    tmp_path: Path, undisturbed: Undisturbed, name: str, environment: dict[str, str], options: tuple[str, ...]
) -> None:
    folder = tmp_path / name
    make_locale(tmp_path / "locales", environment["LC_ALL"])
    ended = runs.run(
        folder, *options, env={**os.environ, **environment, "LOCPATH": str(tmp_path / "locales")}
    )
    assert ended.status == 0, ended.text[-3000:]
    assert runs.hashes(folder) == undisturbed.hashes
    for path in (folder / "results").rglob("*"):
        if (
            path.suffix in (".csv", ".md", ".tex", ".json", ".tsv", ".svg", ".txt")
            and "logs" not in path.parts
        ):
            assert str(tmp_path) not in path.read_text(encoding="utf-8"), path


def test_a_wrong_measurement_fails_the_run_and_names_the_file(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
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
    ended = runs.run(folder, target=checked, log=tmp_path / "log")
    assert ended.status != 0
    line = f"wdr-mcpd: results/quality/{exam}/3d-wdr.csv: at "
    assert line in ended.text, ended.text[-3000:]
    assert not (folder / checked).exists()


def make_locale(folder: Path, name: str) -> None:
    """Compile a locale that the system may lack; without its sources programs see only the name."""
    folder.mkdir()
    language, _, charset = name.partition(".")
    if charset and shutil.which("localedef"):
        command = ["localedef", "-i", language, "-f", charset, str(folder / name)]
        subprocess.run(command, capture_output=True, check=False)
