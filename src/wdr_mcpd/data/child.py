"""Libraries that set no deadline of their own, asked in a process that ends with its deadline or with us."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any


async def ask(function: Callable[..., object], *arguments: str) -> tuple[bool, Any, list[str]]:
    """Call a function in a process of its own: whether it ended well, what it gave, its lines on stderr.

    A task that is cancelled, as by its deadline, kills the process with all that it started.
    """
    pipe = asyncio.subprocess.PIPE
    environment = dict(os.environ)
    if "SSL_CERT_FILE" in environment:  # the name that requests, which tcia-utils uses, does not know
        environment.setdefault("REQUESTS_CA_BUNDLE", environment["SSL_CERT_FILE"])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, function.__module__, function.__name__, *arguments),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=environment,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        out, err = await asyncio.gather(process.stdout.read(), process.stderr.read())
        well = await process.wait() == 0
        lines = err.decode(errors="replace").splitlines() or ["no message"]
        return well, json.loads(out.splitlines()[-1]) if well else None, lines
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def end_with_parent() -> None:
    """In such a process: end when the one that started it is gone, however that came."""

    def wait() -> None:
        os.read(0, 1)  # ends when the other side of the pipe is gone
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    print(json.dumps(getattr(import_module(sys.argv[1]), sys.argv[2])(*sys.argv[3:])))
