"""Why a transfer failed: the true cause in one line, whether another attempt may help, what does if not."""

import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from wdr_mcpd.errors import InputError, SeriesError

if TYPE_CHECKING:
    import httpx2


class Transient(Exception):
    """An attempt failed in a way that another one may not; the server may ask to `wait` for some seconds.

    `spoilt` tells that something came, but not what was to come.
    """

    def __init__(self, cause: str, wait: float = 0.0, spoilt: bool = False) -> None:
        super().__init__(cause)
        self.wait, self.spoilt = wait, spoilt


class Refused(SeriesError):
    """A server's definite no: its status, and what it said in words."""

    def __init__(self, host: str, status: int, phrase: str, said: str) -> None:
        self.status = status
        self.said = "" if said.lstrip().startswith("<") else " ".join(said.split())[:200]
        words = f": {self.said}" if self.said else ""
        super().__init__(f"{host} refuses it ({status} {phrase}{words})")


def diagnosis(error: "httpx2.HTTPError | httpx2.InvalidURL", url: str, size: int) -> Exception:
    """Say what `error`, raised while `url` was asked for, after `size` bytes, comes from: what to raise."""
    import httpx2

    host = urlsplit(url).hostname or url
    proxy = _proxy_of(url)
    peer = f"the proxy {proxy}" if proxy else host
    chain = list(_causes(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return InputError(
                f"the certificate of {host} is not trusted ({cause.verify_message}); if the network puts its "
                "own authority in between, name the file with its certificate in SSL_CERT_FILE"
            )
        if isinstance(cause, ssl.SSLError) and not isinstance(
            cause, ssl.SSLEOFError | ssl.SSLZeroReturnError
        ):
            return InputError(
                f"no secure connection to {host} ({cause.reason or cause}); check the address and HTTPS_PROXY"
            )
        if isinstance(cause, socket.gaierror):
            text = f"{peer} cannot be resolved ({cause.strerror}); check the network and the address"
            return Transient(text) if cause.errno == socket.EAI_AGAIN else InputError(text)
    if isinstance(error, httpx2.ProxyError):
        return InputError(f"the proxy {proxy} does not let through to {host} ({error}); check HTTPS_PROXY")
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol):
        return InputError(f"{without_password(url)}: is no address of a server ({error})")
    if isinstance(error, httpx2.TooManyRedirects):
        return SeriesError(f"{host} sends from one address to the next without end")
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return Transient(f"{peer} refuses the connection")
    if isinstance(error, httpx2.ConnectError):
        return Transient(f"no connection to {peer} ({_innermost(chain)})")
    return Transient(f"the connection to {host} was cut off after {size} bytes ({_innermost(chain)})")


def without_password(url: str) -> str:
    """Give an address without the user and password that it may name."""
    place = urlsplit(url)
    return place._replace(netloc=place.netloc.rpartition("@")[2]).geturl()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and all that it was raised from, outermost first."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _causes(cause)


def _innermost(chain: list[BaseException]) -> str:
    texts = (" ".join(str(cause).split()) for cause in reversed(chain))
    return next(filter(None, texts), "no reason given")[:200]


def _proxy_of(url: str) -> str:
    """HOST:PORT of the proxy that the environment names for `url`; empty without one."""
    place = urlsplit(url)
    if proxy_bypass(place.hostname or ""):
        return ""
    proxies = getproxies()
    named = proxies.get(place.scheme) or proxies.get("all") or ""
    return (urlsplit(named).netloc or named).rpartition("@")[2]
