import gc
import json
import os
import sys

from wdr_mcpd import config as keys
from wdr_mcpd.data.excluded import read_excluded
from wdr_mcpd.data.study import series_of_study
from wdr_mcpd.errors import InputError
from wdr_mcpd.methods import BASELINE, DEFAULT, PROPOSED
from wdr_mcpd.results import Results, sidecar_of
from wdr_mcpd.step import code_hash

# The graph of a large cohort is millions of objects that stay to the end: looking for garbage among them all the time
# takes a fifth of the time to build it, and finds none.
gc.set_threshold(1_000_000, 100, 1000)


def or_stop(function, *arguments, **keywords):
    """What a function gives, or one line that says what is wrong, before anything runs."""
    try:
        return function(*arguments, **keywords)
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")


def step(function, *names, **values):
    """Parameters of a step: its function, the values that it gets by name, and the hash of its code."""
    return {
        "step": function,
        "settings": {name: CONFIGURATION.value(name) for name in names} | values,
        "code": code_hash(function),
    }


def finish_steps():
    """Give every step its log and its benchmark, by rule and wildcards."""
    for one in workflow.rules:
        if "step" in one.params.keys() and not one.log:
            wildcards = sorted(one.wildcard_names) if one.has_wildcards() else []
            stem = "/".join([one.name, *(f"{{{name}}}" for name in wildcards)])
            one.log_modifier = one.benchmark_modifier = one.output_modifier
            one.set_log(f"results/logs/{stem}.log")
            one.benchmark = f"results/logs/benchmarks/{stem}.tsv"


def beside(name):
    """A file of the checkout, whatever the working folder is and whoever uses this workflow as a module."""
    return local(os.path.relpath(HERE / name))


def exams(wildcards):
    """Exams of the study, without those that are left out, which are known when all series are there."""
    if CONFIGURATION.on_bad_series == "fail":
        return list(SERIES)
    left_out = read_excluded(Path(checkpoints.excluded.get().output.out))
    return [exam for exam in SERIES if exam not in left_out]


def of_all(path, **values):
    """Files of all exams, as a function: only a process whose graph holds the rule makes the list, not each job."""
    return lambda wildcards: expand(str(path), exam=exams(wildcards), **values)


def files(paths):
    """Paths as Snakemake takes them."""
    return [str(path) for path in paths]
