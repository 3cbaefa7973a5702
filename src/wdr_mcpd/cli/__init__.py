"""The command `wdr-mcpd`: a module for each group of commands, imported when one of them is used."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any, NoReturn

from wdr_mcpd.arguments import meant
from wdr_mcpd.errors import InputError, StreamError, one_line

COMMANDS = {
    "codec": {
        "encode": "compress a volume",
        "decode": "restore a volume from a stream or the first part of one",
        "truncate": "cut a stream to a lower rate without decoding it",
        "info": "describe a stream as JSON",
    },
    "study": {
        "mcpd": "average MCPD of each slice (eq. 1), and which slices a threshold selects",
        "sweep": "gain of 3D-WDR-MCPD over 3D-WDR in a volume for many thresholds",
        "compare": "PSNR and SSIM of each slice of a stream or volume against its original",
        "view": "one HTML page to look at a volume and what streams make of it",
    },
    "data": {
        "series": "make or check the table of the series of a study",
        "fetch": "fetch series, whole and verified, one folder for each exam",
        "verify": "compare fetched series with their manifests, byte for byte",
    },
    "results": {
        "provenance": "say where a table or figure comes from, as JSON",
        "runs": "set the main numbers of runs side by side",
        "check": "check tables and figures against their provenance and what was measured",
    },
}
GROUP_OF = {name: group for group, names in COMMANDS.items() for name in names}
RENAMED = {
    "verify-results": "check",
    "viewer": "view",
    "--out": "--csv",
    "--unit": "--mcpd-unit",
    "--reference": "--mcpd-reference",
}
"""Commands and options of earlier versions and what they are called now."""
PROGRAM = "wdr-mcpd"


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments, and which option or kind was perhaps meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raise what ends as one line on standard error and status 2."""
        raise InputError(f"{message} (see {self.prog} --help)")

    def options(self) -> Iterator[str]:
        """Give all options, those of its kinds too."""
        for action in self._actions:
            yield from action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                for kind in action.choices.values():
                    yield from kind.options()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; bad input or a full disk ends as one line on standard error and status 2."""
    name, *given = list(sys.argv[1:] if arguments is None else arguments) or [""]
    if name in ("-h", "--help", "--version"):
        print(f"{PROGRAM} {version(PROGRAM)}" if name == "--version" else _help())
        return 0
    if name not in GROUP_OF:
        wrong = f"{name} is no command; {_meant(name, GROUP_OF)}" if name else "give a command"
        print(f"{PROGRAM}: {wrong} (see {PROGRAM} --help)", file=sys.stderr)
        return 2
    try:
        function, options = parsed(name, given)
        function(options)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ModuleNotFoundError as error:
        needed = f"{error.name} is not installed; pip install '{PROGRAM}[study]' brings it"
        print(f"{PROGRAM} {name}: {needed}", file=sys.stderr)
        return 2
    except (InputError, StreamError, OSError, MemoryError) as error:
        print(f"{PROGRAM} {name}: {one_line(error)}", file=sys.stderr)
        return 2
    return 0


def parsed(
    name: str, given: Sequence[str]
) -> tuple[Callable[[argparse.Namespace], None], argparse.Namespace]:
    """Give the function of a command and its options."""
    group = import_module(f"{__name__}.{GROUP_OF[name]}")
    parser = Parser(prog=f"{PROGRAM} {name}", description=f"{COMMANDS[GROUP_OF[name]][name].capitalize()}.")
    getattr(group, f"_{name}_options")(parser)
    options, unknown = parser.parse_known_args(given)
    if unknown:
        option = unknown[0].partition("=")[0]
        parser.error(f"{option} is no option; {_meant(option, list(parser.options()))}")
    return getattr(group, name), options


def _meant(given: str, known: Sequence[str] | dict[str, str]) -> str:
    if given in RENAMED:
        return f"it is now called {RENAMED[given]}"
    return meant(given, known, f"known are {', '.join(known)}")


def _help() -> str:
    lines = [f"usage: {PROGRAM} COMMAND ...", "", "3D-WDR and 3D-WDR-MCPD compression of MRI."]
    for group, names in COMMANDS.items():
        lines += ["", f"{group}:", *(f"  {name:<12}{what}" for name, what in names.items())]
    return "\n".join(
        [*lines, "", f"{PROGRAM} COMMAND --help tells the options of a command, --version the version."]
    )
