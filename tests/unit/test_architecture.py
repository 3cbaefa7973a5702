"""One direction of flow between the rooms of the package: data -> coherence -> codec -> study -> paper."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "wdr_mcpd"

GROUND = {"errors", "files", "progress"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "files": {"errors"},
    "progress": set(),
    "config": {"errors", "files"},
    "sources": set(),
    "data": GROUND,
    "coherence": {"errors"},
    "codec": {"errors"},
    "peers": {"errors"},
    "methods": {"errors", "coherence", "codec"},
    "study": GROUND | {"config", "data", "coherence", "codec", "methods", "peers"},
    "paper": GROUND | {"config", "data", "coherence", "codec", "methods", "study"},
    "bench": GROUND | {"data", "coherence", "codec", "methods", "peers", "study"},
    "checks": GROUND | {"data", "coherence", "codec", "study"},
    "cli": GROUND
    | {"config", "data", "coherence", "codec", "methods", "peers", "study", "paper", "bench", "checks"},
    "__init__": {"errors", "methods"},
    "__main__": {"cli"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    inside = {name.split(".")[1] for name in names if name.startswith("wdr_mcpd.")}
    return inside - {"__version__"}


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(PACKAGE)))
def test_imports_follow_the_flow(module: Path) -> None:
    room = room_of(module)
    assert room in MAY_IMPORT, f"{room} is a new room: say here what it may import"
    assert imported_rooms(module) <= MAY_IMPORT[room] | {room}
