"""Snakemake with all its steps in one process: the same rules, files and messages in less time."""

import os
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from snakemake import cli, workflow
from snakemake.benchmark import BenchmarkRecord, benchmarked

from wdr_mcpd.step import run_job


def script(path: Any, basedir: Any, *given: Any) -> None:
    """Do for a rule what its script does."""
    names = ("input", "output", "params", "wildcards", "threads", "resources", "log")
    record = next((one for one in given if isinstance(one, BenchmarkRecord)), None)
    kept = [os.dup(number) for number in (1, 2)]  # a step writes both to its log
    try:
        # In a thread of its own: that of Snakemake runs an event loop, and a download needs one too.
        with benchmarked(benchmark_record=record), ThreadPoolExecutor(1) as thread:
            thread.submit(run_job, SimpleNamespace(**dict(zip(names, given, strict=False)))).result()
    except BaseException as error:
        print(error if isinstance(error, SystemExit) else traceback.format_exc(), file=sys.stderr)
        raise RuntimeError(error) from error  # a SystemExit would end no process but a thread
    finally:
        for number, one in zip((1, 2), kept, strict=True):
            (sys.stdout, sys.stderr)[number - 1].flush()
            os.dup2(one, number)
            os.close(one)


workflow.script = script
if __name__ == "__main__":
    cli.main(["--cores", "1", *sys.argv[1:]])
