"""Python programs as forks of one process that has imported what they all import: no start takes seconds."""

import atexit
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

IMPORTED = ("snakemake.cli", "numba", "pandas", "pydicom", "pydantic", "scipy.ndimage", "matplotlib.figure")


@cache
def _parent() -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    parent = subprocess.Popen([sys.executable, __file__], stdin=pipe, stdout=pipe, text=True)
    atexit.register(parent.communicate)  # it ends with its input
    return parent


def run(
    arguments: list[str], folder: Path, environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Do what `subprocess.run` does for `python arguments`; standard output and error come together."""
    parent = _parent()
    assert parent.stdin is not None
    assert parent.stdout is not None
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as output:
        print(
            json.dumps([arguments, str(folder), dict(environment), output.name]),
            file=parent.stdin,
            flush=True,
        )
        status = int(parent.stdout.readline())
        return subprocess.CompletedProcess(arguments, status, output.read())


def _become(arguments: list[str], folder: str, environment: dict[str, str], output: str) -> None:
    written = os.open(output, os.O_WRONLY | os.O_APPEND)
    for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), written, written)):
        os.dup2(file, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:1] = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


def _serve() -> None:
    for name in IMPORTED:
        __import__(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(*json.loads(line))
            break
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    _serve()
