"""Where a source distribution can be had, asked of the indexes that pip is set to use; nothing of it is run.

`python -m wdr_mcpd.data.package_index PROJECT==VERSION FILE` prints as JSON its address, or null, and the
pages that were searched. It is a process of its own because the search has no deadline as a whole.
"""

import ast
import json
import subprocess
import sys

from httpx2 import HTTPError
from unearth import PackageFinder

from wdr_mcpd.data.child import end_with_parent

SECTIONS = ("global.", "install.", ":env:.")
"""Of pip's configuration, each with more weight than the one before it."""


def pip_settings() -> dict[str, str]:
    """Give pip's configuration, from its files and the environment, by option, e.g. `index-url`."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    lines = [line.partition("=") for line in run.stdout.splitlines()]
    found: dict[str, str] = {}
    for section in SECTIONS:
        for name, _, value in lines:
            if name.startswith(section):
                found[name.removeprefix(section)] = str(ast.literal_eval(value))
    return found


def finder(settings: dict[str, str]) -> PackageFinder:
    """Make a finder of source distributions in the places that `settings` name."""
    default = PackageFinder().sources[0]["url"]
    indexes = [settings.get("index-url", default), *settings.get("extra-index-url", "").split()]
    made = PackageFinder(
        index_urls=indexes,
        find_links=settings.get("find-links", "").split(),
        trusted_hosts=settings.get("trusted-host", "").split(),
        no_binary=[":all:"],
        ignore_compatibility=True,
    )
    if settings.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        made.sources = [source for source in made.sources if source["type"] == "find_links"]
    return made


def main(requirement: str, file: str) -> None:
    """Print where `file`, the source distribution of `requirement`, is."""
    searched = finder(pip_settings())
    try:
        matches = searched.find_matches(requirement, allow_yanked=True)
    except HTTPError:  # who started this process asks the pages again and says why
        matches = []
    links = [package.link for package in matches if package.link and package.link.filename == file]
    project = requirement.partition("==")[0]
    pages = [
        f"{source['url'].rstrip('/')}/{project}/" for source in searched.sources if source["type"] == "index"
    ]
    print(json.dumps({"address": links[0].url_without_fragment if links else None, "pages": pages}))


if __name__ == "__main__":
    end_with_parent()
    main(*sys.argv[1:])
