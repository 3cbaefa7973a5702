"""A cohort run in parts, as docs/cluster.md says, leaves nothing to do for a run in one piece."""

import re
import subprocess
import sys
from pathlib import Path

import yaml
from clone import ROOT, SMALL, make_clone

QUICK = {
    "synthetic": {"subjects": 2, "slices": 8, "size": 48, "seed": 1},
    "methods": ["3d-wdr", "3d-wdr-mcpd"],
    "thresholds": [0.4, 0.8],
}


def documented(parts: int) -> str:
    """Commands of the page, for so many parts."""
    page = (ROOT / "docs" / "cluster.md").read_text()
    block = re.search(r"```bash\n(for part in .*?)```", page, re.DOTALL)
    assert block is not None
    return block[1].replace("100", str(parts))


def test_a_plain_run_finds_all_tables_of_the_parts_up_to_date(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "a clone")
    (clone.folder / "config" / "config.yaml").write_text(yaml.safe_dump({**SMALL, **QUICK}))
    snakemake = f'snakemake() {{ "{sys.executable}" -m snakemake --cores 2 --nocolor "$@"; }}\n'
    command = ["bash", "-euc", snakemake + documented(2)]
    run = subprocess.run(command, cwd=clone.folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-4000:]
    assert len(list((clone.folder / "results" / "parts").iterdir())) == 2
    assert len(list((clone.folder / "results" / "sweep").iterdir())) == 4
    again = clone.snakemake("tables", "figures", "results/checks/study.txt", "--dry-run")
    assert "Nothing to be done" in again.stdout, again.stdout[-4000:]
