"""Another workflow uses ours as a module, from a folder of its own."""

import os
import subprocess
from pathlib import Path

import forks
import pytest
import yaml
from clone import ONE_PROCESS, SMALL, make_clone

HOST = """
configfile: "mine.yaml"


module wdr:
    snakefile:
        "{snakefile}"
    config:
        config
    prefix:
        "coded"


use rule * from wdr as wdr_*


rule mine:
    default_target: True
    input:
        rules.wdr_mcpd.input,
        "coded/results/tables/table2.csv",
    output:
        "mine.txt",
    shell:
        "wc -l {{input:q}} > {{output:q}}"


rule fails_first:
    output:
        "never.txt",
    shell:
        "false\\n"
        "touch {{output:q}}"
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone = make_clone(tmp_path_factory.mktemp("used") / "wdr mcpd")
    folder = tmp_path_factory.mktemp("host")
    (folder / "Snakefile").write_text(HOST.format(snakefile=clone.folder / "Snakefile"))
    (folder / "mine.yaml").write_text(yaml.safe_dump({**SMALL, "threshold": 0.9, "on_bad_series": "exclude"}))
    (folder / "package").symlink_to(clone.folder / "src")
    return folder


def snakemake(host: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(host / "package")}
    return forks.run([ONE_PROCESS, "--nocolor", *arguments], host, environment)


def test_its_results_lie_where_the_host_says_and_follow_its_configuration(host: Path) -> None:
    run = snakemake(host)
    assert run.returncode == 0, run.stdout[-4000:]
    assert "T = 0.9" in (host / "coded" / "results" / "tables" / "table2.md").read_text()
    assert len((host / "mine.txt").read_text().splitlines()) == 4
    assert not (host / "results").exists()
    again = snakemake(host)
    assert "Nothing to be done" in again.stdout, again.stdout[-4000:]


def test_a_failing_first_command_fails_its_job(host: Path) -> None:
    run = snakemake(host, "never.txt")
    assert run.returncode == 1
    assert not (host / "never.txt").exists()
