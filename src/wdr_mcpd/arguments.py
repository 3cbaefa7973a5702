"""What is wrong with the words of a Snakemake command, in one line in the place of a traceback."""

import difflib
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

TARGETS_FIRST = "targets stand before the options, or after --"


def meant(given: str, known: Iterable[str], otherwise: str = "") -> str:
    """Ask for the known word that is nearest to the one given."""
    near = difflib.get_close_matches(given, list(known), n=1)
    return f"did you mean {near[0]}?" if near else otherwise


def check_values(words: Sequence[str]) -> None:
    """Stop where a configuration file is missing or a key has no value; the profile calls this."""
    given = _parsed(words)
    for name in map(str, given.configfile or []):
        if not Path(name).is_file():
            there = [str(path) for path in Path(name).parent.glob("*.yaml")]
            sys.exit(f"wdr-mcpd: --configfile: there is no file {name}; {meant(name, there, TARGETS_FIRST)}")
    for word in given.config or []:
        if "=" not in word:
            sys.exit(f"wdr-mcpd: --config: {word} is no KEY=VALUE; {TARGETS_FIRST}")


def check_targets(words: Sequence[str], rules: Iterable[str], made: Callable[[str], bool]) -> None:
    """Stop where a target is neither a rule nor a file; `made` says whether some rule makes a file."""
    known = set(rules)
    for word in _parsed(words).targets:
        if word not in known and not made(word) and not Path(word).exists():
            sys.exit(f"wdr-mcpd: {word} is no target; {meant(word, known, 'all are in docs/commands.md')}")


def _parsed(words: Sequence[str]) -> Any:
    from snakemake.cli import get_argument_parser

    return get_argument_parser().parse_known_args(list(words))[0]
