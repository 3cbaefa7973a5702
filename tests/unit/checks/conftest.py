"""The results of a tiny run."""

from pathlib import Path

import pytest

from small_run import make_run


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished run") / "results"
    make_run(folder)
    return folder
