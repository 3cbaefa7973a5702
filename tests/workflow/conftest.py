"""A small cohort, run by the real Snakefile in a folder with a space in its name."""

import pytest
from clone import Clone, finished_study


@pytest.fixture(scope="session")
def clone(session_folder) -> Clone:
    """A finished study of two exams in a copy of the checkout; tests must leave it as it is."""
    return finished_study(session_folder)
