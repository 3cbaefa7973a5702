"""Coverage-guided fuzzing: `fuzz_guided.py {streams,zips} SECONDS [CORPUS]`; needs atheris.

Inputs that reach new code are kept in the folder CORPUS; an input that fails is written there too,
and the process ends with another status than 0.
"""

import random
import sys
import tempfile
import zipfile
from pathlib import Path
from types import FunctionType

import atheris
import fuzz
import mutations

from wdr_mcpd.codec import api, container, fields, header, numbers, quantise, requests, settings
from wdr_mcpd.data import archive

PARSERS = (header, fields, numbers, settings, requests, container, quantise, api, archive, zipfile)
"""What parses and parts the bytes; the loops that Numba compiles cannot be instrumented."""


def instrument() -> None:
    """Let the fuzzer see which branches of the parsers an input reaches."""
    for module in PARSERS:
        for thing in vars(module).values():
            members = vars(thing).values() if isinstance(thing, type) else [thing]
            for function in members:
                if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                    atheris.instrument_func(function)


def seeds(kind: str) -> list[bytes]:
    """Inputs to begin with."""
    if kind == "streams":
        streams = mutations.sound_streams()
        for data in streams:  # compiles every loop before time is limited
            fuzz.try_stream(data)
        return streams
    return [mutations.hostile_zip(random.Random(number)) for number in range(50)]


def main(kind: str, seconds: str, corpus: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(kind)):
        (corpus / f"seed-{number}").write_bytes(data)
    attempt = fuzz.try_stream if kind == "streams" else fuzz.try_zip

    def one_input(data: bytes) -> None:
        changed = bytearray(data)
        if kind == "streams":
            mutations.fix_header(changed)
        attempt(bytes(changed))

    instrument()
    options = [
        f"-max_total_time={seconds}",
        "-timeout=60",
        "-rss_limit_mb=3072",
        "-max_len=4096",
        f"-artifact_prefix={corpus}/failed-",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(sys.argv[1], sys.argv[2], Path(sys.argv[3] if len(sys.argv) > 3 else scratch))
