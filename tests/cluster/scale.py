"""What a large cohort costs: jobs, time to build the graph; time and bytes from a run's own records.

scale.py RESULTS PAGE [cost]: RESULTS is the folder of a whole run on real exams; the tables in PAGE are
written anew, with "cost" that of an exam alone. Graphs are built by dry runs on synthetic series tables of
each size, in empty folders.
"""

import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from wdr_mcpd.render.pages import replace_between

ROOT = Path(__file__).parents[2]
SIZES = (100, 1_000, 10_000)
PARTS = 100
STARTS, EXAMS_EACH = 2, 10  # of Snakemake in a submission to Slurm; exams in one of a large cohort
# Processor seconds of an exam of 20 slices of 256 x 256 in version 0.1.0 (c9df74d), a process for each method
# and measure, and the jobs that do the same now. The controls and what a tumour is judged by have come since.
BEFORE = {
    "whole exam, readings, sweep (now also controls)": (10.3 + 8.5 + 4.8, ["selection_of_exam"]),
    "quality": (9.9, ["quality_paper", "quality_paper_selecting", "quality_study"]),
    "encode": (3.9, ["encode_paper", "encode_paper_selecting", "encode_study"]),
    "checks (now also fidelity)": (4.3, ["check_exam", "fidelity_of_exam"]),
    "figures": (2.9, ["figures_of_exam"]),
}
BEGIN, END = "<!-- scale: written by make scale -->\n", "<!-- end of scale -->\n"
COST, END_OF_COST = "<!-- cost: written by make cost -->\n", "<!-- end of cost -->\n"


@dataclass(frozen=True)
class Graph:
    """Jobs of a graph; seconds from the start until the workflow was read, and the graph built."""

    jobs: int
    read: float
    built: float


def graph(exams: int, *targets: str) -> Graph:
    """Build a graph in a dry run."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "cohort.yaml"
        cohort = {"subjects": exams // 2, "slices": 20, "size": 256, "seed": 1}
        configuration.write_text(yaml.safe_dump({"source": "synthetic", "synthetic": cohort}))
        command = [sys.executable, "-m", "snakemake", *targets, "--dry-run", "--quiet", "rules", "--nocolor"]
        command += ["--directory", folder, "--configfile", str(configuration)]
        start = time.monotonic()
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as run:
            assert run.stdout is not None
            said: dict[str, float] = {}
            for line in run.stdout:
                said.setdefault(line.strip(), time.monotonic() - start)
                total = re.match(r"total +(\d+)", line)
                if total:
                    run.kill()  # what follows prints the jobs one by one
                    return Graph(int(total[1]), said["Building DAG of jobs..."], said["Job stats:"])
    raise RuntimeError("\n".join(said))


def cost_of_an_exam(results: Path) -> tuple[float, float]:
    """Processor seconds and bytes of one exam, the mean over the exams of a run."""
    exams = {path.stem for path in (results / "volumes").glob("*.npz")}
    files = [
        path
        for path in results.rglob("*")
        if path.is_file()
        and {path.stem, *path.relative_to(results).parts} & exams
        and not {"viewer", "reference"} & set(path.parts)  # made of one exam, however many there are
    ]
    stored = sum(path.stat().st_size for path in files)
    times = [pd.read_csv(path, sep="\t") for path in files if "benchmarks" in path.parts]
    return sum(time["cpu_time"].sum() for time in times) / len(exams), stored / len(exams)


def cost_by_rule(results: Path) -> str:
    """Processor seconds of an exam by what is done, before and now: means over the exams of a run."""
    rows = []
    for what, (before, rules) in BEFORE.items():
        times = [
            pd.read_csv(path, sep="\t")["cpu_time"].sum()
            for rule in rules
            for path in (results / "logs" / "benchmarks" / rule).glob("*.tsv")
        ]
        exams = len(list((results / "logs" / "benchmarks" / rules[0]).glob("*.tsv")))
        rows.append((what, len(rules), before, sum(times) / exams))
    rows.append(("all", *(sum(row[column] for row in rows) for column in (1, 2, 3))))
    table = pd.DataFrame(rows, columns=["of an exam", "jobs", "version 0.1.0 (s)", "now (s)"])
    return str(table.to_markdown(index=False, floatfmt=("", ".0f", ".1f", ".1f")))


def main(results: Path, page: Path) -> None:
    """Measure and write the tables."""
    seconds, stored = cost_of_an_exam(results)
    rows = []
    for exams in SIZES:
        of_all = graph(exams)
        # The most that any process needed so far: each size needs more than those before.
        gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        times = f"{of_all.built:.0f} s", f"{of_all.read:.0f} s", f"{gigabytes:.1f}"
        own = STARTS * of_all.read / seconds
        shares = tuple(f"{own / exams_each:.1%}" for exams_each in (1, EXAMS_EACH))
        costs = f"{exams * seconds / 3600:,.1f}", *shares, f"{exams * stored / 1e9:,.1f}"
        rows.append((f"{exams:,}", f"{of_all.jobs:,}", *times, *costs))
    part = graph(SIZES[-1], f"results/parts/1-of-{PARTS}")
    names = [
        "exams",
        "jobs",
        "graph built after",
        "workflow read after",
        "memory (GB)",
        "core hours",
        "own cost",
        f"own cost, {EXAMS_EACH} a group",
        "stored (GB)",
    ]
    table = pd.DataFrame(rows, columns=names)
    text = (
        f"{table.to_markdown(index=False, disable_numparse=True)}\n\n"
        f"One of {PARTS} parts of {SIZES[-1]:,} exams: {part.jobs:,} jobs after {part.built:.0f} s.\n\n"
        "The times are from the start of a dry run in an empty folder, on one core: until Snakemake says\n"
        "how many jobs there are (printing them comes on top), and until it begins with the graph, which\n"
        "each job on a cluster takes too. Core hours and bytes are those of an exam of the sample\n"
        f"({seconds:.0f} processor seconds in its jobs, {stored / 1e6:.1f} MB) times the number of exams,\n"
        "without the tables over all exams. The own cost is what submissions add to that: each reads\n"
        f"the workflow {STARTS} times, for one exam or for {EXAMS_EACH} "
        f"(--group-components exam={EXAMS_EACH}).\n"
    )
    replace_between(page, BEGIN, END, text)


if __name__ == "__main__":
    replace_between(Path(sys.argv[2]), COST, END_OF_COST, f"{cost_by_rule(Path(sys.argv[1]))}\n")
    if sys.argv[3:] != ["cost"]:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
