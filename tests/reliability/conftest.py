"""One undisturbed run, with which all others are compared."""

import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import runs


@dataclass(frozen=True)
class Undisturbed:
    """Results of the undisturbed run by their place, and how long it took in seconds."""

    folder: Path
    hashes: dict[str, str]
    seconds: float


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    started = time.monotonic()
    ended = runs.run(folder)
    assert ended.status == 0, ended.text[-3000:]
    found = runs.hashes(folder)
    assert found
    return Undisturbed(folder, found, time.monotonic() - started)
