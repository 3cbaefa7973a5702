"""A step of the workflow: one function of the package, run on the files and keys that its rule names.

The workflow makes a step's outputs anew when the hash of the step's code changes: that of the module which
holds the function and of all that it imports from this package, directly or not, also inside functions.
"""

import hashlib
import inspect
import os
import re
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from wdr_mcpd.errors import InputError, StreamError, one_line

PACKAGE = Path(__file__).parent
IMPORT = re.compile(
    rf"^[ ]*(?:from {PACKAGE.name}([\w.]*) import (\([^)]*\)|[^\n(]*)|import {PACKAGE.name}([\w.]*))",
    re.MULTILINE,
)
"""An import of this package: the module with the names, in brackets or on the line; or the module alone."""


def function_of(name: str) -> Callable[..., object]:
    """Import a step's function by its dotted name below the package, as "paper.table3.table3"."""
    module, _, function = name.rpartition(".")
    found: Callable[..., object] = getattr(import_module(f"{PACKAGE.name}.{module}"), function)
    return found


def run_job(job: Any) -> None:
    """Run the steps of a job of Snakemake; what they say, and one line about bad input, goes to its log.

    A function gets, as keywords: each named input and output (Path or list of Path), each wildcard (str) and
    the values of the keys in its settings. Where a job has several steps, `params.step` and `params.settings`
    hold them by the name of an output that each makes; each gets of the files those that it takes, and this
    output as `out`.
    """
    log = os.open(job.log[0], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log, stream.fileno())
    files: dict[str, Any] = {name: _paths(value) for name, value in (*job.input.items(), *job.output.items())}
    files |= dict(job.wildcards.items())
    try:
        if isinstance(job.params.step, str):
            function_of(job.params.step)(**files, **job.params.settings)
            return
        for made, name in job.params.step.items():
            function = function_of(name)
            named = files | {"out": files[made]}
            taken = {key: named[key] for key in inspect.signature(function).parameters if key in named}
            function(**taken, **job.params.settings[made])
    except (InputError, StreamError, OSError, MemoryError) as error:
        sys.exit(f"wdr-mcpd: {one_line(error)}")


def _paths(value: Any) -> Path | list[Path]:
    return Path(value) if isinstance(value, str) else [Path(one) for one in value]


@cache
def code_hash(name: str) -> str:
    """Hash the names and contents of the files of a step's code: another one after any edit of them.

    Returns
    -------
    str
        SHA-256, hexadecimal; the same wherever the package lies. One short word instead of a hundred file
        names keeps the graph of a large cohort small.
    """
    total = hashlib.sha256()
    for path in code_files(name.rpartition(".")[0]):
        total.update(f"{path.relative_to(PACKAGE).as_posix()} {_file_hash(path)}\n".encode())
    return total.hexdigest()


@cache
def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def code_files(module: str) -> list[Path]:
    """List the files of a module (dotted, below the package) and of all that it imports from this package.

    Data files belong to the module that names them, or whose name they share: templates, styles, numbers.

    Raises
    ------
    ModuleNotFoundError
        There is no such module.
    """
    waiting = [*_module(PACKAGE, module)]
    if not waiting:
        raise ModuleNotFoundError(f"{module}: no such module of {PACKAGE.name}")
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            imported, data = _needed(path)
            found |= {path, *data}
            waiting += imported
    return sorted(found)


@cache
def _module(package: Path, name: str) -> tuple[Path, ...]:
    """Files that the import of a module runs: its own and the `__init__` of the rooms around it.

    That of the package forwards names; it counts where one of them is imported.
    """
    inside = name.split(".") if name else []
    base = package.joinpath(*inside)
    own = [path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()]
    rooms = [package.joinpath(*inside[:depth], "__init__.py") for depth in range(1, len(inside))]
    return (*own[:1], *(room for room in rooms if room.is_file())) if own else ()


@cache
def _needed(path: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Modules that one file imports when it runs, also inside functions, and the data files that it needs."""
    text = path.read_text(encoding="utf-8")
    imported: list[Path] = []
    for room, names, plain in IMPORT.findall(text):
        for name in re.findall(r"\w+(?: as \w+)?", names):
            inside = f"{room}.{name.split()[0]}".lstrip(".")
            imported += _module(PACKAGE, inside) or _module(PACKAGE, room.lstrip("."))
        imported += _module(PACKAGE, plain.lstrip(".")) if plain else ()
    named = [one for one in _data_beside(path.parent) if re.search(rf'"{re.escape(one.name)}["/]', text)]
    own = [one for one in _data_beside(path.parent) if one.is_file() and one.name.startswith(f"{path.stem}.")]
    files = (file for one in (*named, *own) for file in (one.rglob("*") if one.is_dir() else [one]))
    return tuple(imported), tuple(file for file in files if file.is_file() and file.suffix != ".pyc")


@cache
def _data_beside(folder: Path) -> tuple[Path, ...]:
    """Files and folders beside modules that hold no code."""
    return tuple(
        one
        for one in folder.iterdir()
        if one.suffix != ".py" and one.name != "__pycache__" and not (one / "__init__.py").exists()
    )
