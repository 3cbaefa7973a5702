"""The files of this package that a part of it uses; the workflow makes anew what an edit of them concerns."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


@cache
def code_hash(*names: str) -> str:
    """Hash the names and contents of the files that `used_files` lists: another one after any edit of them.

    One short word instead of a hundred file names keeps the graph of a large cohort small.

    Returns
    -------
    str
        SHA-256, hexadecimal; the same wherever the package lies.
    """
    total = hashlib.sha256()
    for path in used_files(*names):
        total.update(f"{path.relative_to(PACKAGE).as_posix()} {_file_hash(path)}\n".encode())
    return total.hexdigest()


@cache
def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def used_files(*names: str) -> list[Path]:
    """List the files of modules and of all that they import from this package, directly or not.

    A data file that has the name of a module belongs to it: restoration.npz to restoration.py.

    Parameters
    ----------
    *names : str
        Modules, rooms and other files as paths below the package: "study/quality", "codec". Modules of the
        command line (cli/...) import something else for each subcommand: they are listed alone.

    Raises
    ------
    FileNotFoundError
        There is no such module or room.
    """
    waiting = [path for name in names for path in _files(name)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.update(path.parent.glob(f"{path.stem}.*"))
            if path.suffix == ".py" and path.parent.name != "cli":
                waiting += _imports(path)
    return sorted(found)


def _files(name: str) -> list[Path]:
    path = PACKAGE / name
    if path.is_dir():
        return sorted(path.glob("*.py"))
    file = path if path.is_file() else path.with_suffix(".py")
    if not file.exists():
        raise FileNotFoundError(f"{file}: no such module of the package")
    return [file]


@cache
def _imports(path: Path) -> tuple[Path, ...]:
    """Files that one file imports, also inside functions; a room that is imported is its `__init__`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tuple(sorted(set(_named(tree))))


def _named(tree: ast.AST) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == PACKAGE.name:
            base = PACKAGE.joinpath(*(node.module or "").split(".")[1:])
            for candidate in (base, *(base / alias.name for alias in node.names)):
                module = candidate.with_suffix(".py")
                face = candidate / "__init__.py"
                if module.exists():
                    yield module
                elif face.exists() and candidate != PACKAGE:
                    yield face
