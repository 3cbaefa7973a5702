"""The server: getSeries, getSeriesMetadata and getImage of `/nbia-api/services/v4/`."""

import csv
import io
import json
import threading
from collections import Counter
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from .archives import zipped
from .faults import FAULTS, send
from .holdings import Holding

PREFIX = "/nbia-api/services/v4/"
FILTERS = ("Collection", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality")


class NbiaServer:
    """A server on a free port of 127.0.0.1, as a context manager.

    Attributes
    ----------
    faults : dict
        For each SeriesInstanceUID the names of the faults that its next answers have, in order; "forever" as
        the last one repeats the one before it.
    query_faults : list
        The same for getSeries and getSeriesMetadata.
    requests : Counter
        How often each series was asked for, by UID, and each query, by its name.
    """

    def __init__(self, holdings: Iterable[Holding], port: int = 0) -> None:
        self.holdings = {held.uid: held for held in holdings}
        self.faults: dict[str, list[str]] = {}
        self.query_faults: list[str] = []
        self.requests: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self) -> "NbiaServer":
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def next_fault(self, faults: list[str]) -> str | None:
        with self.lock:
            if faults[1:] == ["forever"]:
                return faults[0]
            return faults.pop(0) if faults else None


def _handler(server: NbiaServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            question = dict(parse_qsl(place.query, keep_blank_values=True))
            if place.path == PREFIX + "getImage":
                self.answer(_get_image, server, question)
            elif place.path == PREFIX + "getSeries":
                self.answer(_get_series, server, question)
            else:
                send(self, b"no such service", 404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if urlsplit(self.path).path == PREFIX + "getSeriesMetadata":
                self.answer(_get_metadata, server, dict(parse_qsl(body)))
            else:
                send(self, b"no such service", 404)

        def answer(self, service, server: NbiaServer, question: dict[str, str]) -> None:
            try:
                service(self, server, question)
            except OSError:
                self.close_connection = True  # the client went away

    return Handler


def _get_image(handler: BaseHTTPRequestHandler, server: NbiaServer, question: dict[str, str]) -> None:
    if set(question) - {"SeriesInstanceUID", "NewFileNames", "IncludeMD5"}:
        return send(handler, b"unknown parameter", 400)
    uid = question.get("SeriesInstanceUID", "")
    held = server.holdings.get(uid)
    server.requests[uid] += 1
    if held is None:
        return send(handler, b"")
    fault = server.next_fault(server.faults.get(uid, []))
    if fault is not None:
        return FAULTS[fault](handler, held)
    hashes = held.files if question.get("IncludeMD5") == "Yes" else {}
    return send(handler, zipped(held.files, hashes), Content_Type="application/zip")


def _query_fault(handler: BaseHTTPRequestHandler, server: NbiaServer, name: str) -> bool:
    server.requests[name] += 1
    fault = server.next_fault(server.query_faults)
    if fault is not None:
        FAULTS[fault](handler, next(iter(server.holdings.values())))
    return fault is not None


def _get_series(handler: BaseHTTPRequestHandler, server: NbiaServer, question: dict[str, str]) -> None:
    if _query_fault(handler, server, "getSeries"):
        return
    if set(question) - {*FILTERS, "format"}:
        send(handler, b"unknown parameter", 400)
        return
    records = [
        held.record
        for held in server.holdings.values()
        if all(str(held.record.get(name)) == question[name] for name in FILTERS if name in question)
    ]
    data = json.dumps(records).encode() if records else b""
    send(handler, data, Content_Type="application/json")


def _get_metadata(handler: BaseHTTPRequestHandler, server: NbiaServer, question: dict[str, str]) -> None:
    if _query_fault(handler, server, "getSeriesMetadata"):
        return
    uids = question.get("list", "").split(",")
    records = [server.holdings[uid].record for uid in uids if uid in server.holdings]
    target = io.StringIO()
    if records:
        writer = csv.writer(target, quoting=csv.QUOTE_ALL)
        writer.writerow(["Series Instance UID", "Image Count", "File Size", "License Name"])
        for record in records:
            names = ("SeriesInstanceUID", "ImageCount", "FileSize", "LicenseName")
            writer.writerow([record[name] for name in names])
    send(handler, target.getvalue().encode(), Content_Type="text/csv")
