"""docs/licences.md lists every package of the lock with a licence that allows its use."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from wdr_mcpd.checks.licences import allows_use, licence_of, pins
from wdr_mcpd.errors import InputError

ROOT = Path(__file__).parents[3]
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| Package"))
]


def test_every_package_of_the_lock_is_listed_with_its_version() -> None:
    assert [row[:2] for row in ROWS] == pins(ROOT / "requirements.lock")


@pytest.mark.parametrize(("name", "licence"), [(row[0], row[2]) for row in ROWS], ids=lambda cell: cell)
def test_the_licence_allows_every_use_and_is_the_one_that_the_package_states(name: str, licence: str) -> None:
    assert allows_use(licence)
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return  # a package for other systems
    assert licence == licence_of(installed)


@pytest.mark.parametrize(
    "licence",
    ["none", "", "Proprietary", "MIT for academic use", "CC BY-NC 4.0", "free for non-commercial use"],
)
def test_a_licence_that_forbids_use_would_be_noticed(licence: str) -> None:
    assert not allows_use(licence)


def test_an_unknown_package_is_named(tmp_path: Path) -> None:
    from wdr_mcpd.checks.licences import licences

    lock = tmp_path / "requirements.lock"
    lock.write_text("no-such-package-of-anyone==1.0 \\\n    --hash=sha256:00\n")
    with pytest.raises(InputError, match="no-such-package-of-anyone"):
        licences(lock)
