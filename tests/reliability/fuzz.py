"""Give hostile input to the decoder or the unpacker: `fuzz.py {streams,zips} FIRST COUNT [SEED]`.

One process under a limit of memory; each input under a limit of processor time, at which the system ends it.
What may come back is a result within its limits or one of the package's own errors; all else is a traceback
that ends the process, after a line that names the input.
"""

import random
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import mutations

from wdr_mcpd.codec import decode, info, truncate
from wdr_mcpd.data.archive import BrokenArchive, unpack
from wdr_mcpd.errors import InputError, StreamError

MEMORY = 3 << 30
SECONDS = 10
MAX_VOXELS = 1 << 16
MAX_BYTES = 1 << 21


def try_stream(data: bytes) -> str:
    """Decode, describe and cut one stream; say how it ended."""
    try:
        volume = decode(data, max_voxels=MAX_VOXELS)
    except StreamError:
        outcome = "refused"
    else:
        assert 0 < volume.size <= MAX_VOXELS
        outcome = "decoded"
    for use in (info, lambda stream: truncate(stream, rate=0.5)):
        with suppress(StreamError):
            use(data)
    return outcome


def try_zip(data: bytes) -> str:
    """Unpack one archive; nothing may be written outside its folder or beyond the limit."""
    with tempfile.TemporaryDirectory() as name:
        around = Path(name)
        folder, archive = around / "inner" / "folder", around / "archive.zip"
        folder.mkdir(parents=True)
        archive.write_bytes(data)
        try:
            members = unpack(archive, folder, MAX_BYTES)
        except InputError:
            outcome = "refused"
        except BrokenArchive:
            outcome = "broken"
        else:
            outcome = "unpacked"
            assert {path.name for path in folder.iterdir()} == set(members)
        written = list(folder.rglob("*"))
        assert all(path.is_file() and not path.is_symlink() for path in written)
        assert sum(path.stat().st_size for path in written) <= MAX_BYTES
        shutil.rmtree(folder)
        assert {path.name for path in around.rglob("*")} == {"inner", "archive.zip"}
    return outcome


def main(kind: str, first: int, count: int, seed: int) -> None:
    sound = mutations.sound_streams() if kind == "streams" else []
    if kind == "streams":
        for data in sound:  # compiles every loop before time is limited
            assert try_stream(data) == "decoded"
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    attempt: Callable[[bytes], str] = try_stream if kind == "streams" else try_zip
    outcomes: Counter[str] = Counter()
    for number in range(first, first + count):
        numbers = random.Random(f"{seed} {number}")
        data = mutations.hostile_stream(sound, numbers) if sound else mutations.hostile_zip(numbers)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            outcomes[attempt(data)] += 1
        except BaseException:
            print(f"input {number} of seed {seed}: {data[:100].hex()} ...", file=sys.stderr)
            raise
        signal.setitimer(signal.ITIMER_PROF, 0)
        if number % 256 == 0:
            print(number, flush=True)
    print(", ".join(f"{name} {n}" for name, n in sorted(outcomes.items())))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int((sys.argv[4:] or ["1"])[0]))
