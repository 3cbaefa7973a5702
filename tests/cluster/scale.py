"""What a large cohort costs: jobs, time to build the graph; CPU time and bytes from a run's own records.

scale.py RESULTS PAGE: RESULTS is the folder of a whole run on real exams; the table in PAGE is written anew.
Graphs are built by dry runs on synthetic series tables of each size.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

from wdr_mcpd.paper.readme import replace_between

ROOT = Path(__file__).parents[2]
SIZES = (100, 1_000, 10_000)
PARTS = 100
WHOLE_UP_TO = 1_000  # exams whose graph is built at once; a larger one is built in parts
BEGIN, END = "<!-- scale: written by make scale -->\n", "<!-- end of scale -->\n"


def graph(exams: int, *options: str) -> tuple[int, float]:
    """Jobs and seconds of a dry run."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "cohort.yaml"
        cohort = {"subjects": exams // 2, "slices": 20, "size": 256, "seed": 1}
        configuration.write_text(yaml.safe_dump({"source": "synthetic", "synthetic": cohort}))
        command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "rules", "--nocolor"]
        command += ["--directory", folder, "--configfile", str(configuration), *options]
        start = time.monotonic()
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        seconds = time.monotonic() - start
    return int(re.findall(r"^total +(\d+)", run.stdout + run.stderr, re.MULTILINE)[0]), seconds


def cost_of_an_exam(results: Path) -> tuple[float, float]:
    """CPU seconds and bytes of one exam, the mean over the exams of a run."""
    exams = [path.stem for path in (results / "volumes").glob("*.npz")]
    logs = results / "logs" / "benchmarks"
    seconds = sum(
        pd.read_csv(path, sep="\t")["cpu_time"].sum()
        for path in logs.rglob("*.tsv")
        if path.stem in exams or path.parent.name in exams
    )
    stored = sum(
        path.stat().st_size
        for path in results.rglob("*")
        if path.is_file() and (path.stem in exams or set(path.relative_to(results).parts) & set(exams))
    )
    return seconds / len(exams), stored / len(exams)


def main(results: Path, page: Path) -> None:
    """Measure and write the table."""
    seconds, stored = cost_of_an_exam(results)
    rows = []
    jobs_of: dict[int, int] = {}
    for exams in SIZES:
        if exams <= WHOLE_UP_TO:
            jobs_of[exams], build = graph(exams)
            built = f"{build:.0f} s"
        else:
            smaller, larger = sorted(jobs_of)  # the number of jobs is linear in that of the exams
            slope = (jobs_of[larger] - jobs_of[smaller]) / (larger - smaller)
            jobs_of[exams] = round(jobs_of[larger] + slope * (exams - larger))
            _, build = graph(exams, "exams", "--batch", f"exams=1/{PARTS}")
            built = f"{build:.0f} s for each of {PARTS} parts"
        hours, gigabytes = exams * seconds / 3600, exams * stored / 1e9
        rows.append((f"{exams:,}", f"{jobs_of[exams]:,}", built, f"{hours:,.1f}", f"{gigabytes:,.1f}"))
    table = pd.DataFrame(rows, columns=["exams", "jobs", "time to build the graph", "CPU hours", "GB stored"])
    text = (
        f"{table.to_markdown(index=False, disable_numparse=True)}\n\n"
        f"Measured with {os.cpu_count()} cores; CPU hours and bytes are those of an exam of the sample "
        f"({seconds:.0f} s, {stored / 1e6:.1f} MB) times the number of exams.\n"
    )
    page.write_text(replace_between(page.read_text(), BEGIN, END, text))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
