"""The order of the tests: what takes longest begins first, so that no worker works on alone at the end.

No test has a limit of time but the one of pyproject.toml, which ends what hangs.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

HERE = Path(__file__).parent
LONGEST_FIRST = (
    *("workflow/test_paper.py", "reliability/test_disturbed_runs.py", "workflow", "browser"),
    *("unit/study/test_study_steps.py", "reliability", "unit/codec"),
)


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a session share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by the place of a test's file in the list; the order is kept of all that is not in it."""
    items.sort(key=lambda item: _place(item.path.relative_to(HERE)))


def _place(path: Path) -> int:
    return next((n for n, part in enumerate(LONGEST_FIRST) if path.is_relative_to(part)), len(LONGEST_FIRST))
