"""A small cohort, run by the real Snakefile in a folder with a space in its name."""

import pytest
from clone import Clone, make_clone


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Make `paper` in a copy of the checkout, as `make` does; tests must leave it as it is."""
    copy = make_clone(tmp_path_factory.mktemp("a clone") / "wdr mcpd")
    run = copy.snakemake("paper", "--logger", "rich")
    assert run.returncode == 0, run.stdout
    assert len(run.stdout.splitlines()) <= 60, run.stdout  # what `make` prints once .venv is there
    return copy
