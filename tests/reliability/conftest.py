"""One undisturbed run, with which all others are compared."""

import pytest
import runs


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> runs.Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    ended = runs.run(folder)
    assert ended.status == 0, ended.text[-3000:]
    found = runs.hashes(folder)
    assert found
    return runs.Undisturbed(folder, ended.text, found)
