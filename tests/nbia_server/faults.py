"""Ways in which the answer to getImage goes wrong below the archive: statuses, connections, bodies."""

import socket
import struct
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

from .archives import ARCHIVES, zipped
from .holdings import Holding

Fault = Callable[[BaseHTTPRequestHandler, Holding], None]


def send(handler: BaseHTTPRequestHandler, data: bytes, status: int = 200, **headers: str) -> None:
    """Send a body as NBIA does, chunked, without Content-Length."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for start in range(0, len(data), 8192):
        piece = data[start : start + 8192]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def _status(code: int, text: str = "", **headers: str) -> Fault:
    return lambda handler, held: send(handler, text.encode(), code, **headers)


def _abort(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection with a reset instead of an orderly end."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def _reset(handler: BaseHTTPRequestHandler, held: Holding) -> None:
    _abort(handler)


def _reset_midway(handler: BaseHTTPRequestHandler, held: Holding) -> None:
    data = zipped(held.files)
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n%s" % (len(data), data[: len(data) // 2]))
    handler.wfile.flush()
    _abort(handler)


def _hang(handler: BaseHTTPRequestHandler, held: Holding) -> None:
    """Answer nothing until the client goes away."""
    handler.connection.settimeout(60)
    handler.connection.recv(1)
    handler.close_connection = True


def _hang_midway(handler: BaseHTTPRequestHandler, held: Holding) -> None:
    data = zipped(held.files)
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2])
    handler.wfile.flush()
    _hang(handler, held)


def _cut_with_length(handler: BaseHTTPRequestHandler, held: Holding) -> None:
    data = zipped(held.files)
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2])
    handler.close_connection = True


def _cut_chunked(handler: BaseHTTPRequestHandler, held: Holding) -> None:
    data = zipped(held.files)
    half = data[: len(data) // 2]
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(half), half))
    handler.close_connection = True


def _cut_without_length(handler: BaseHTTPRequestHandler, held: Holding) -> None:
    data = zipped(held.files)
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2])
    handler.close_connection = True


def _sends(archive: Callable[[Holding], bytes]) -> Fault:
    return lambda handler, held: send(handler, archive(held), Content_Type="application/zip")


PAGE = "<!DOCTYPE html><html><body>The archive is under maintenance.</body></html>"

FAULTS: dict[str, Fault] = {
    "400": _status(400, "The user does not have access to the requested series"),
    "401": _status(401),
    "403": _status(403),
    "404": _status(404),
    "410": _status(410),
    "408": _status(408),
    "429": _status(429, Retry_After="1"),
    "500": _status(500),
    "503": _status(503, PAGE),
    "reset": _reset,
    "reset midway": _reset_midway,
    "hang": _hang,
    "hang midway": _hang_midway,
    "cut with length": _cut_with_length,
    "cut chunked": _cut_chunked,
    "cut without length": _cut_without_length,
    "empty": _status(200),
    "HTML": _status(200, PAGE, Content_Type="text/html"),
    **{name: _sends(archive) for name, archive in ARCHIVES.items()},
}
