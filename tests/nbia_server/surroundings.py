"""What is wrong around a request: the name, the connection, the certificate, the proxy, the variables."""

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import trustme

from .faults import AGAIN, ENDED
from .server import NbiaServer


@dataclass(frozen=True)
class Place:
    """What the arrangement of a fault may use.

    Attributes
    ----------
    server : NbiaServer
        Speaks HTTP; the file is at its `path`.
    secure : callable
        Starts a server of the same file with a certificate for the given host and gives its address.
    closed : int
        A port on which nobody listens.
    end : threading.Event
        Is set when the test is over.
    """

    server: NbiaServer
    path: str
    secure: Callable[[str], str]
    closed: int
    end: threading.Event
    monkeypatch: pytest.MonkeyPatch


@dataclass(frozen=True)
class Surrounding:
    """One thing that is wrong: see Fault; `arrange` gives the address that is asked for."""

    where: str
    what: str
    ends: str
    says: str
    arrange: Callable[[Place], str]


def secure_context(authority: trustme.CA, host: str) -> ssl.SSLContext:
    """Make what a server needs to speak HTTPS as `host`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def _hanging(place: Place) -> str:
    place.server.clock.unresolved = place.end
    return "http://nowhere.example/a.bin"


def _unresolved(number: int) -> Callable[[Place], str]:
    def arrange(place: Place) -> str:
        place.server.clock.unresolved = socket.gaierror(number, "no such name")
        return "http://nowhere.example/a.bin"

    return arrange


def _variable(name: str, value: str, url: str = "") -> Callable[[Place], str]:
    def arrange(place: Place) -> str:
        place.monkeypatch.setenv(name, value.format(closed=place.closed, server=place.server.url))
        return url or place.server.url + place.path

    return arrange


def _unknown_authority(place: Place) -> str:
    url = place.secure("127.0.0.1")
    place.monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    return url


FAR = "http://archive.example/a.bin"
SECURE_FAR = "https://archive.example/a.bin"

SURROUNDINGS: dict[str, Surrounding] = {
    "no address": Surrounding(
        "name", "no address at all", ENDED, "nowhere: is no address", lambda place: "nowhere"
    ),
    "no protocol": Surrounding(
        "name",
        "an address of another protocol",
        ENDED,
        "is no address of a server",
        lambda place: "git://127.0.0.1/a",
    ),
    "no port": Surrounding(
        "name", "an address without a host", ENDED, "is no address of a server", lambda place: "http:///a"
    ),
    "unknown name": Surrounding(
        "name",
        "a name that is not known",
        ENDED,
        "nowhere.example cannot be resolved",
        _unresolved(socket.EAI_NONAME),
    ),
    "no name server": Surrounding(
        "name",
        "no name server answers",
        AGAIN,
        "nowhere.example cannot be resolved",
        _unresolved(socket.EAI_AGAIN),
    ),
    "hanging name server": Surrounding(
        "name", "looking it up hangs", AGAIN, "nowhere.example gives no answer within 60 s", _hanging
    ),
    "nobody there": Surrounding(
        "connection",
        "nobody listens",
        AGAIN,
        "127.0.0.1 refuses the connection",
        lambda place: f"http://127.0.0.1:{place.closed}/a.bin",
    ),
    "unknown authority": Surrounding(
        "certificate",
        "its authority is not known",
        ENDED,
        "not trusted (unable to get local issuer certificate); if the network puts",
        _unknown_authority,
    ),
    "another host": Surrounding(
        "certificate",
        "it is another host's",
        ENDED,
        "IP address mismatch",
        lambda place: place.secure("a.example"),
    ),
    "no TLS": Surrounding(
        "certificate",
        "the server speaks no TLS",
        ENDED,
        "no secure connection to 127.0.0.1",
        lambda place: place.server.url.replace("http:", "https:") + place.path,
    ),
    "no proxy": Surrounding(
        "proxy",
        "it is not there",
        AGAIN,
        "refuses the connection",
        _variable("HTTP_PROXY", "http://me:secret@127.0.0.1:{closed}", FAR),
    ),
    "proxy refuses": Surrounding(
        "proxy",
        "it does not let through",
        ENDED,
        "does not let through to archive.example",
        _variable("HTTPS_PROXY", "{server}", SECURE_FAR),
    ),
    "bad proxy": Surrounding(
        "proxy", "a variable names none", ENDED, "check HTTPS_PROXY", _variable("HTTPS_PROXY", "nonsense://x")
    ),
    "no certificates": Surrounding(
        "certificate",
        "a variable names no file",
        ENDED,
        "SSL_CERT_FILE",
        _variable("SSL_CERT_FILE", "/no/such/file"),
    ),
}
