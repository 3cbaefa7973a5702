"""Libraries that set no deadline of their own, asked in a process that ends with its deadline or with us."""

import asyncio
import os
import signal
import sys
import threading
from contextlib import suppress


async def ask(module: str, *arguments: str) -> tuple[int, str, str]:
    """Run `python -m module arguments`; give its exit status, standard output and standard error.

    A task that is cancelled, as by its deadline, kills the process with all that it started.
    """
    pipe = asyncio.subprocess.PIPE
    environment = dict(os.environ)
    if "SSL_CERT_FILE" in environment:  # the name that requests, which tcia-utils uses, does not know
        environment.setdefault("REQUESTS_CA_BUNDLE", environment["SSL_CERT_FILE"])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
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
        return await process.wait(), out.decode(errors="replace"), err.decode(errors="replace")
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
