"""One direction of flow between the rooms of the package: data -> coherence -> codec -> study -> render ->
paper, report."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "wdr_mcpd"

GROUND = {"defaults", "errors", "files", "progress", "places"}
SCIENCE = GROUND | {"data", "coherence", "codec", "methods"}
MAY_IMPORT: dict[str, set[str]] = {
    "defaults": set(),
    "errors": set(),
    "files": {"errors"},
    "progress": set(),
    "places": set(),
    "arguments": set(),
    "failures": set(),
    "step": {"errors"},
    "data": GROUND,
    "coherence": GROUND | {"data"},
    "codec": {"errors"},
    "methods": {"defaults", "errors", "coherence", "codec"},
    "config": {"defaults", "errors", "files", "codec", "methods"},
    "warm_up": {"codec", "methods", "study"},
    "config_page": {"config", "files"},
    "study": SCIENCE,
    "render": SCIENCE | {"study"},
    "baselines": SCIENCE | {"study", "render"},
    "paper": SCIENCE | {"study", "render"},
    "report": SCIENCE | {"study", "render", "paper"},
    "bench": SCIENCE | {"study", "render", "baselines"},
    "checks": SCIENCE | {"study"},
    "cli": SCIENCE | {"arguments", "config", "study", "render", "report", "checks"},
    "__init__": {"codec", "coherence", "data", "methods", "study"},
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
