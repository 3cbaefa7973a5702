"""Ways in which the answer to a request goes wrong, whatever is asked for, and how a fetch must end then."""

import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler

Play = Callable[[BaseHTTPRequestHandler, bytes], None]
"""Answers a request for the given body."""

SOUND = "taken: nothing is wrong"
AGAIN = "tried again, then given up"
SPOILT = "tried again, then this series is refused"
REFUSED = "this series is refused at once"
ENDED = "ended at once"
DEADLINE = "ended by the deadline"


@dataclass(frozen=True)
class Fault:
    """One way to go wrong.

    Attributes
    ----------
    where : str
        In which part of the exchange.
    what : str
    ends : str
        How a fetch ends: one of the constants above.
    says : str
        Part of the line that the user gets, or of the warning before another attempt.
    play : callable
    """

    where: str
    what: str
    ends: str
    says: str
    play: Play


def send(handler: BaseHTTPRequestHandler, data: bytes, status: int = 200, **headers: str) -> None:
    """Send a body as NBIA does, chunked, without Content-Length."""
    _header(handler, status, Transfer_Encoding="chunked", **headers)
    for start in range(0, len(data), 8192):
        _chunk(handler, data[start : start + 8192])
    handler.wfile.write(b"0\r\n\r\n")


def _header(handler: BaseHTTPRequestHandler, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def _chunk(handler: BaseHTTPRequestHandler, piece: bytes) -> None:
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))


def _leave_open(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing more until the client goes away, or the server ends (its threads are daemons)."""
    handler.close_connection = True
    handler.connection.recv(1)


def _close(handler: BaseHTTPRequestHandler, sent: int = 0) -> None:
    handler.close_connection = True


def _reset(handler: BaseHTTPRequestHandler, sent: int = 0) -> None:
    """Close the connection with a reset instead of an orderly end."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def _status(code: int, text: str = "", **headers: str) -> Play:
    return lambda handler, data: send(handler, text.encode(), code, **headers)


def _busy_until(seconds: float) -> Play:
    def play(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        send(handler, b"", 429, Retry_After=formatdate(time.time() + seconds, usegmt=True))

    return play


def _redirect(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    send(handler, b"", 302, Location=handler.path)


def _reset_now(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.wfile.flush()
    _reset(handler)


def _close_now(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    _close(handler)


def _hang(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.server.owner.clock.skip(61)
    _leave_open(handler)


def _no_http(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
    _close(handler)


def _after(beginning: bytes, play: Play) -> Play:
    def played(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        handler.wfile.write(beginning)
        play(handler, data)

    return played


def _after_the_body(play: Play) -> Play:
    """All bytes, chunked, and what `play` sends where the last chunk and the trailer are expected."""

    def played(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        handler.server.owner.arrived.restart()
        _header(handler, Transfer_Encoding="chunked")
        _chunk(handler, data)
        handler.wfile.flush()
        handler.server.owner.arrived.wait_for(len(data))
        play(handler, data)

    return played


def _drip_letters(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    clock = handler.server.owner.clock  # of this test: what is left of it must not set on the next one's
    for _ in range(70):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        clock.skip(1)
    _leave_open(handler)


def _endless_line(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    for _ in range(100_000):
        handler.wfile.write(b"x" * 100)
    _close(handler)


def _endless_lines(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    for number in range(100_000):
        handler.wfile.write(b"X-%d: %s\r\n" % (number, b"x" * 100))
    _close(handler)


def _drip(piece: bytes, **headers: str) -> Play:
    """Send the same byte for ever, once a second by the test's clock, each after the one before arrived."""

    def play(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        clock, arrived = handler.server.owner.clock, handler.server.owner.arrived
        arrived.restart()
        _header(handler, **headers)
        for number in range(1, 20_000):
            handler.wfile.write(piece)
            handler.wfile.flush()
            arrived.wait_for(number)
            clock.skip(1)
        _close(handler)

    return play


def _half(end: Callable[[BaseHTTPRequestHandler, int], None]) -> Play:
    """Half of the announced body, and then `end`, which is told how much that was."""

    def play(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        handler.server.owner.arrived.restart()
        _header(handler, Content_Length=str(len(data)))
        handler.wfile.write(data[: len(data) // 2])
        handler.wfile.flush()
        end(handler, len(data) // 2)

    return play


def _stop_sending(handler: BaseHTTPRequestHandler, sent: int) -> None:
    clock = handler.server.owner.clock
    handler.server.owner.arrived.wait_for(sent)
    clock.skip(61)
    _leave_open(handler)


def _cut_chunked(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    _header(handler, Transfer_Encoding="chunked")
    _chunk(handler, data[: len(data) // 2])
    _close(handler)


def _bad_chunk(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    _header(handler, Transfer_Encoding="chunked")
    _chunk(handler, data[: len(data) // 2])
    handler.wfile.write(b"no size\r\n")
    _close(handler)


def _cut_without_length(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    _header(handler, Connection="close")
    handler.wfile.write(data[: len(data) // 2])
    _close(handler)


def _endless(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    _header(handler, Transfer_Encoding="chunked")
    for _ in range(1000):
        _chunk(handler, b"PK" * (1 << 19))


def _first_byte_alone(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """One byte, and the rest when it has arrived."""
    handler.server.owner.arrived.restart()
    _header(handler, Transfer_Encoding="chunked")
    _chunk(handler, data[:1])
    handler.wfile.flush()
    handler.server.owner.arrived.wait_for(1)
    _chunk(handler, data[1:])
    handler.wfile.write(b"0\r\n\r\n")


def _more_behind(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    _header(handler, Content_Length=str(len(data)))
    handler.wfile.write(data + b"more")
    _close(handler)


PAGE = "<!DOCTYPE html><html><body>The archive is under maintenance.</body></html>"
CUT = "was cut off after"
STOPPED = "stopped sending for 60 s"
NO_ANSWER = "gives no answer within 60 s"
HEADER = b"HTTP/1.1 200 OK\r\nX-Slow: "
RESET = "the connection is reset"
CLOSED = "the connection is closed"
SILENCE = "nothing more comes"
DRIP = "one byte a second"
NONSENSE = "what is no HTTP"

FAULTS: dict[str, Fault] = {
    "reset": Fault("start", RESET, AGAIN, CUT, _reset_now),
    "close": Fault("start", CLOSED, AGAIN, CUT, _close_now),
    "hang": Fault("start", SILENCE, AGAIN, NO_ANSWER, _hang),
    "drip at start": Fault("start", DRIP, AGAIN, NO_ANSWER, _after(b"HTTP/1.1 200 O", _drip_letters)),
    "no HTTP": Fault("start", NONSENSE, AGAIN, CUT, _no_http),
    "endless start": Fault(
        "start", "a line without end", AGAIN, CUT, _after(b"HTTP/1.1 200 ", _endless_line)
    ),
    "reset in header": Fault("header", RESET, AGAIN, CUT, _after(HEADER, _reset_now)),
    "cut in header": Fault("header", CLOSED, AGAIN, CUT, _after(HEADER, _close_now)),
    "hang in header": Fault("header", SILENCE, AGAIN, NO_ANSWER, _after(HEADER, _hang)),
    "drip in header": Fault("header", DRIP, AGAIN, NO_ANSWER, _after(HEADER, _drip_letters)),
    "no header": Fault(
        "header", NONSENSE, AGAIN, CUT, _after(b"HTTP/1.1 200 OK\r\nnothing\r\n\r\n", _close_now)
    ),
    "endless header": Fault("header", "lines without end", AGAIN, CUT, _after(HEADER, _endless_lines)),
    "401": Fault("header", "401", REFUSED, "(401 Unauthorized)", _status(401)),
    "403": Fault("header", "403 and why", REFUSED, "(403 Forbidden: not you)", _status(403, "not you")),
    "404": Fault("header", "404 with a page", REFUSED, "(404 Not Found)", _status(404, PAGE)),
    "410": Fault("header", "410", REFUSED, "(410 Gone)", _status(410)),
    "408": Fault("header", "408", AGAIN, "answers 408", _status(408)),
    "425": Fault("header", "425", AGAIN, "answers 425", _status(425)),
    "429": Fault("header", "429, again in 90 s", AGAIN, "answers 429", _status(429, Retry_After="90")),
    "429 until": Fault("header", "429, again at a time of the day", AGAIN, "answers 429", _busy_until(90)),
    "429 for long": Fault(
        "header",
        "429, again tomorrow",
        ENDED,
        "asks to come again in 86400 s",
        _status(429, Retry_After="86400"),
    ),
    "500": Fault("header", "500", AGAIN, "answers 500", _status(500)),
    "503": Fault("header", "503 with a page", AGAIN, "answers 503", _status(503, PAGE)),
    "redirects": Fault("header", "redirects without end", REFUSED, "from one address to the next", _redirect),
    "first byte alone": Fault("body", "the first byte comes alone", SOUND, "", _first_byte_alone),
    "reset midway": Fault("body", RESET, AGAIN, CUT, _half(_reset)),
    "cut with length": Fault("body", f"{CLOSED}, with Content-Length", AGAIN, CUT, _half(_close)),
    "cut chunked": Fault("body", f"{CLOSED}, chunked", AGAIN, CUT, _cut_chunked),
    "cut without length": Fault(
        "body", f"{CLOSED}, as if it were the end", SPOILT, "gave up after", _cut_without_length
    ),
    "hang midway": Fault("body", SILENCE, AGAIN, STOPPED, _half(_stop_sending)),
    "drip with length": Fault(
        "body",
        f"{DRIP}, with Content-Length",
        DEADLINE,
        "not done within",
        _drip(b"P", Content_Length="1048576"),
    ),
    "drip chunked": Fault(
        "body",
        f"{DRIP}, chunked",
        DEADLINE,
        "not done within",
        _drip(b"1\r\nP\r\n", Transfer_Encoding="chunked"),
    ),
    "drip without length": Fault(
        "body",
        f"{DRIP} until the connection ends",
        DEADLINE,
        "not done within",
        _drip(b"P", Connection="close"),
    ),
    "bad chunk": Fault("body", NONSENSE, AGAIN, CUT, _bad_chunk),
    "page": Fault(
        "body",
        "a page with status 200",
        SPOILT,
        "gave up after",
        _status(200, PAGE, Content_Type="text/html"),
    ),
    "too much": Fault("body", "more bytes than there can be", REFUSED, "refused", _endless),
    "reset at end": Fault("end", RESET, AGAIN, CUT, _after_the_body(_reset_now)),
    "no last chunk": Fault("end", CLOSED, AGAIN, CUT, _after_the_body(_close_now)),
    "hang at end": Fault("end", SILENCE, AGAIN, STOPPED, _after_the_body(_hang)),
    "drip at end": Fault(
        "end", DRIP, AGAIN, STOPPED, _after_the_body(_after(b"0\r\nX-Slow: ", _drip_letters))
    ),
    "no end": Fault("end", NONSENSE, AGAIN, CUT, _after_the_body(_no_http)),
    "endless end": Fault(
        "end", "lines without end", AGAIN, CUT, _after_the_body(_after(b"0\r\n", _endless_lines))
    ),
    "more behind": Fault("end", "more bytes than Content-Length", SOUND, "", _more_behind),
}
"""The same kinds at the start, in the header, in the middle of the body and at its end."""

LIBRARIES: dict[str, Fault] = {
    f"library {name}": replace(
        FAULTS[name],
        what=f"{FAULTS[name].what}, to a library without a deadline",
        ends=DEADLINE,
        says="not done within",
    )
    for name in ("hang", "drip in header", "hang midway", "drip chunked", "hang at end")
}
"""For a fetch that asks through tcia-utils or unearth: what ends a wait of ours must end their process."""
