"""Licences of all packages that the lock names, read from their installed metadata."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from wdr_mcpd.errors import InputError

PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)
FREE = re.compile(
    r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|MPL|Mozilla|ISC|L?GPL|GNU|Zlib|CC0|Public Domain)",
    re.IGNORECASE,
)
"""Families of licences that let anyone use a package for any purpose."""
RESTRICTED = re.compile(r"non-?commercial|academic|proprietary|evaluation|research (use|purposes) only", re.I)
ELSEWHERE = {
    "cffi": "MIT-0",
    "colorama": "BSD License",
    "importlib-resources": "Apache-2.0",
    "pycparser": "BSD-3-Clause",
    "pyreadline3": "BSD License",
}
"""Packages that the lock holds for other systems or Pythons, so that their metadata may not be installed."""
HEADER = """# Licences of the dependencies

Written by `make docs` from the metadata of the installed packages: every package of `requirements.lock`, its
version and its licence. All of them may be used, also commercially. `unidecode` (needed by `tcia-utils`) is
under the GPL and the wheels of `av` and `imagecodecs` carry compiled codecs with licences of their own (x265
in `av` is under the GPL): that binds whoever passes these packages on, not whoever runs them. None is part of
this repository.

| Package | Version | Licence |
| --- | --- | --- |
"""


def pins(lock: Path) -> list[tuple[str, str]]:
    """Give name and version of every package of the lock, in its order."""
    return PIN.findall(lock.read_text(encoding="utf-8"))


def licences(lock: Path) -> str:
    """Give the Markdown page that lists the licence of every package of the lock.

    Raises
    ------
    InputError
        A package states no licence, or one that is not known to allow every use.
    """
    rows = [f"| {name} | {version} | {_checked(name)} |\n" for name, version in pins(lock)]
    return HEADER + "".join(rows)


def allows_use(licence: str) -> bool:
    """Tell whether a licence's name is one that lets anyone use the package for any purpose."""
    return bool(FREE.search(licence)) and not RESTRICTED.search(licence)


def _checked(name: str) -> str:
    try:
        licence = licence_of(distribution(name))
    except PackageNotFoundError as error:
        if name not in ELSEWHERE:
            raise InputError(f"{name} of the lock is not installed, so its licence is not known") from error
        licence = ELSEWHERE[name]
    if not allows_use(licence):
        raise InputError(f"{name}: its licence, {licence!r}, is not known to allow every use; look at it")
    return licence


def licence_of(package: Distribution) -> str:
    """Give the licence a package states: expression, classifiers, field, or the title of its licence file."""
    return next(filter(None, _statements(package)), "none")


def _statements(package: Distribution) -> Iterator[str]:
    stated = package.metadata.json
    yield str(stated.get("license_expression", ""))
    kinds = [c.split(" :: ")[-1] for c in stated.get("classifier", []) if c.startswith("License ::")]
    yield ", ".join(kind for kind in kinds if kind not in ("OSI Approved", "DFSG approved"))
    field = str(stated.get("license", "")).strip()
    yield field if len(field.splitlines()) == 1 and field != "UNKNOWN" else ""
    for file in package.files or []:
        if "LICEN" in file.name.upper():
            lines = [line.strip() for line in file.read_text().splitlines()]
            yield next((line for line in lines if FREE.search(line)), "")
