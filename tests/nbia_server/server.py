"""The server: what NBIA answers to queries and getImage, and files by their path."""

import csv
import io
import json
import ssl
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from .archives import ARCHIVES, zipped
from .faults import FAULTS, LIBRARIES, send
from .holdings import Holding
from .loopback import Loopback

PREFIX = "/nbia-api/services/v4/"
QUERY = "query"
FILTERS = ("Collection", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality")


class NbiaServer(Loopback):
    """The server; a series is asked for by its UID, a file by its path, a query by its name.

    Attributes
    ----------
    files : dict
        Files by their path, e.g. "/a.bin".
    query_faults : list
        Faults of the next queries, whichever they are.
    """

    def __init__(
        self, holdings: Iterable[Holding] = (), port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(_handler(self), port)
        self.holdings = {held.uid: held for held in holdings}
        self.files: dict[str, bytes] = {}
        self.query_faults = self.faults[QUERY] = []
        if tls:
            self.use_tls(tls)

    def use_tls(self, context: ssl.SSLContext) -> None:
        """Speak HTTPS; before the server begins."""
        self.scheme = "https"
        self.http.socket = context.wrap_socket(
            self.http.socket, server_side=True, do_handshake_on_connect=False
        )

    def forget(self) -> None:
        """Forget faults and requests, and begin with a new clock."""
        super().forget()
        self.query_faults = self.faults[QUERY] = []


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
            elif place.path == PREFIX + "getCollectionValues":
                self.answer(_get_collections, server, question)
            elif place.path in server.files:
                self.answer(_get_file, server, {"path": place.path})
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
            except (OSError, ValueError):  # ValueError: the fault has closed the connection
                self.close_connection = True  # the client went away

    return Handler


def _get_image(handler: BaseHTTPRequestHandler, server: NbiaServer, question: dict[str, str]) -> None:
    if set(question) - {"SeriesInstanceUID", "NewFileNames", "IncludeMD5"}:
        return send(handler, b"unknown parameter", 400)
    uid = question.get("SeriesInstanceUID", "")
    held = server.holdings.get(uid)
    fault = server.next_fault(uid)
    if held is None:
        return send(handler, b"")
    if fault in ARCHIVES:
        return ARCHIVES[fault].play(handler, held)
    if fault is not None:
        return FAULTS[fault].play(handler, zipped(held.files))
    hashes = held.files if question.get("IncludeMD5") == "Yes" else {}
    return send(handler, zipped(held.files, hashes), Content_Type="application/zip")


def _query_fault(handler: BaseHTTPRequestHandler, server: NbiaServer, name: str) -> bool:
    fault = server.next_fault(QUERY)
    server.requests[name] += 1
    del server.requests[QUERY]
    if fault is not None:
        {**FAULTS, **LIBRARIES}[fault].play(handler, b"[]" * 100)
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


def _get_collections(handler: BaseHTTPRequestHandler, server: NbiaServer, question: dict[str, str]) -> None:
    if _query_fault(handler, server, "getCollectionValues"):
        return
    names = sorted({str(held.record["Collection"]) for held in server.holdings.values()})
    data = json.dumps([{"Collection": name} for name in names]).encode()
    send(handler, data, Content_Type="application/json")


def _get_file(handler: BaseHTTPRequestHandler, server: NbiaServer, question: dict[str, str]) -> None:
    path = question["path"]
    fault = server.next_fault(path)
    if fault is not None:
        {**FAULTS, **LIBRARIES}[fault].play(handler, server.files[path])
    else:
        kind = "text/html" if path.endswith("/") else "application/octet-stream"
        send(handler, server.files[path], Content_Type=kind)


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
