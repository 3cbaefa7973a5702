"""A step of the workflow: one function of the package, run on the files and keys that its rule names.

The workflow makes a step's outputs anew when the hash of the step's code changes: that of the module which
holds the function and of all that it imports from this package, directly or not, also inside functions.
"""

import ast
import hashlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from wdr_mcpd.errors import InputError, StreamError, one_line

PACKAGE = Path(__file__).parent
DATA_NAME = re.compile(r"(?!.{200})\w[\w.-]*(/\w[\w.-]*)*")
"""Texts that may name a file or folder beside the module in which they stand."""


def function_of(name: str) -> Callable[..., object]:
    """Import a step's function by its dotted name below the package, as "paper.table3.table3"."""
    module, _, function = name.rpartition(".")
    found: Callable[..., object] = getattr(import_module(f"{PACKAGE.name}.{module}"), function)
    return found


def run_job(job: Any) -> None:
    """Run the steps of a job of Snakemake; what they say, and one line about bad input, goes to its log.

    A function gets, as keywords: each named input and output (Path or list of Path), each wildcard (str) and
    the values of the keys in its settings. Where a job has several steps, `params.step` and `params.settings`
    hold them by the name of the output that each makes; each gets of the files those that it takes, its own
    output as `out`, in this order, so that a step may read what one before it wrote.
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
            taken = {key: files[key] for key in inspect.signature(function).parameters if key in files}
            function(**taken | {"out": files[made]}, **job.params.settings[made])
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
    waiting = _module(PACKAGE.joinpath(*module.split(".")))
    if not waiting:
        raise ModuleNotFoundError(f"{module}: no such module of {PACKAGE.name}")
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found |= {path, *_data(path)}
            waiting += _imports(path)
    return sorted(found)


def _module(base: Path) -> list[Path]:
    """Files that the import of a module runs: its own and the `__init__` of the rooms around it.

    That of the package forwards names; it counts where one of them is imported.
    """
    own = [path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()]
    rooms = [room / "__init__.py" for room in base.parents if PACKAGE in room.parents]
    return [*own[:1], *(room for room in rooms if room.is_file())] if own else []


@cache
def _tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports(path: Path) -> tuple[Path, ...]:
    """Files that one file imports when it runs, also inside functions."""
    return tuple(dict.fromkeys(file for base in _imported(_tree(path)) for file in _module(base)))


def _imported(tree: ast.AST) -> Iterator[Path]:
    """Modules of the package that code imports, as paths without suffix."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        inside = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            package, *parts = f"{inside}{alias.name}".split(".")
            if package == PACKAGE.name:
                base = PACKAGE.joinpath(*parts)
                yield base if _module(base) else base.parent


@cache
def _data(path: Path) -> tuple[Path, ...]:
    """Files beside a module that are no code and have its name or stand in it as a text, a folder with all it
    holds."""
    texts = {node.value for node in ast.walk(_tree(path)) if isinstance(node, ast.Constant)}
    named = [path.parent / text for text in texts if isinstance(text, str) and DATA_NAME.fullmatch(text)]
    folders = [one for one in named if one.is_dir() and not (one / "__init__.py").exists()]
    inside = [file for folder in folders for file in folder.rglob("*")]
    files = [*path.parent.glob(f"{path.stem}.*"), *named, *inside]
    return tuple({file for file in files if file.is_file() and file.suffix not in (".py", ".pyc")})
