"""The files of this package that a part of it uses; the workflow makes anew what an edit of them concerns."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


def used_files(*names: str) -> list[Path]:
    """List the files of modules and of all that they import from this package, directly or not.

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
            found.add(path)
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
