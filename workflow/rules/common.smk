import gc
import json
import os
import shlex
import sys

sys.path.insert(0, str(HERE / "src"))

from wdr_mcpd.checks.interrupted import join_runs
from wdr_mcpd.config import read_schema, resolve, typed
from wdr_mcpd.errors import InputError
from wdr_mcpd.sources import code_hash

# The graph of a large cohort is millions of objects that stay to the end: looking for garbage among them all the time
# takes a fifth of the time to build it, and finds none.
gc.set_threshold(1_000_000, 100, 1000)

# Jobs run `python -m wdr_mcpd` of this checkout with the Python that runs Snakemake, activated or not.
shell.prefix(
    f"export PATH={shlex.quote(os.path.dirname(sys.executable))}:$PATH"
    f" PYTHONPATH={shlex.quote(str(HERE / 'src'))}${{{{PYTHONPATH:+:$PYTHONPATH}}}}; "
)

# Kept open until the run ends: so the next one can tell a run that was killed from one that works.
LOCK_OF_THIS_RUN = join_runs(Path.cwd())


def checked(given):
    """Give every configuration key its value, or stop before anything runs with one line that says what is wrong."""
    try:
        return resolve(typed(given), read_schema(HERE / "workflow" / "schemas" / "config.schema.yaml"))
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")


def resource(name):
    """A file of the checkout that is not code."""
    return os.path.relpath(HERE / "resources" / name)


def rates():
    """Rates at which every stream is measured, in bits per voxel."""
    return sorted({*config["rates"], config["table_rate"]})


def encode_options(wildcards):
    """Options of one method: only those that change its stream, so that a changed key reruns no more than it must."""
    method = wildcards.method
    options = ["--method", "3d-wdr" if method == "3d-wdr-auto" else method]
    options += ["--rate", max(rates()), "--in-plane-levels", config["in_plane_levels"]]
    if method != "2d-wdr":
        levels = config["axial_levels"] if method in ("3d-wdr", "3d-wdr-mcpd") else "auto"
        options += ["--axial-levels", levels]
    if method != "3d-wdr-cc":
        options += ["--decomposition", config["decomposition"]]
    if method == "3d-wdr-mcpd":
        options += [
            "--threshold",
            config["threshold"],
            "--mcpd-unit",
            config["mcpd_unit"],
        ]
        options += ["--mcpd-reference", config["mcpd_reference"]]
    return [str(option) for option in options]


def readings():
    """Say under the tables how the configuration reads what the paper leaves open."""
    return (
        f"PSNR with peak {config['psnr_peak']}, SSIM with range {config['ssim_range']} and window {config['ssim_window']};"
        f" {config['decomposition']} transform, {config['in_plane_levels']} in-plane"
        f" and {config['axial_levels']} axial levels"
    )


def measures():
    """How PSNR and SSIM are read, as options of the commands."""
    return f"--peak {config['psnr_peak']} --ssim-range {config['ssim_range']} --ssim-window {config['ssim_window']}"


def peer_names():
    """Names of today's codecs, from the package that runs the jobs."""
    from wdr_mcpd.peers import PEERS as peers

    return [name for name, peer in peers.items() if peer.control]


def methods_of(family):
    """Methods whose streams a family of tables and figures is made from; the sweep encodes by itself."""
    of_the_paper = ["3d-wdr", "3d-wdr-mcpd"]
    of_family = {"paper": of_the_paper, "sweep": [], "crossval": [], "claims": AUDITED}
    return of_family.get(family, sorted({*AUDITED, *config["methods"]}))


def shown(*targets):
    """Tables and figures among the files of targets, each once."""
    files = dict.fromkeys(str(file) for target in targets for file in target)
    return [file for file in files if file.startswith(("results/tables/", "results/figures/"))]


def sidecars(files):
    """Provenance of tables and figures: one file for all with the same stem."""
    return list(dict.fromkeys(os.path.splitext(file)[0] + ".provenance.json" for file in files))


def thresholds():
    """The thresholds of the sweep as options of the command."""
    grid = config["thresholds"]
    if isinstance(grid, list):
        return ["--thresholds", *map(str, grid)]
    return ["--grid", *(str(grid[key]) for key in ("start", "stop", "num"))]


def study_tables(*names):
    """Files of tables of the study."""
    return expand("results/tables/{name}.{suffix}", name=names, suffix=STUDY_SUFFIXES)


def study_figures(*names):
    """Files of figures of the study."""
    return expand("results/figures/{name}.{suffix}", name=names, suffix=PICTURES)


def figures_of(exams, suffixes):
    """Files of Figures 1 and 2 of some exams."""
    return expand(
        "results/figures/{exam}/figure{number}.{suffix}", exam=exams, number=[1, 2], suffix=suffixes
    )


def of_all(pattern, **values):
    """Files of all exams, as a function: only a process whose graph holds the rule makes the list, not each job."""
    return lambda wildcards: expand(pattern, exam=EXAMS, **values)


def part_of(exams, wildcards):
    """Give part `number` of `parts`, from 1, of the exams."""
    return exams[int(wildcards.number) - 1 :: int(wildcards.parts)]


def of_exam(exam):
    """What is measured of one exam; tables and figures over all exams are made from these files."""
    per_method = ["results/quality/{exam}/{method}.csv", "results/checks/{exam}/{method}.csv"]
    per_exam = [
        "results/mcpd/{exam}.csv",
        "results/sweep/{exam}.csv",
        "results/whole_exam/{exam}.csv",
        "results/readings/{exam}.csv",
        "results/figures/{exam}/figure1.png",
    ]
    peers = expand(PEER_QUALITY, exam=exam, peer=peer_names()) if config["peers"] else []
    return expand(per_exam, exam=exam) + expand(per_method, exam=exam, method=methods_of("study")) + peers
