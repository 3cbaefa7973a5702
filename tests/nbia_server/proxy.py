"""An HTTPS proxy on loopback that leads every host to one server, whose certificate is for that host."""

import socket
import ssl
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

import trustme

from .server import NbiaServer


class Intercepted:
    """`server` in the place of `host`, for who uses the proxy and trusts the authority; a context manager.

    Attributes
    ----------
    environment : dict
        The variables that say both.
    """

    def __init__(self, server: NbiaServer, host: str, folder: Path) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "authority.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        self.server = server
        self.server.use_tls(context)
        self.proxy = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server.http.server_port))
        self.proxy.daemon_threads = True
        self.thread = threading.Thread(target=self.proxy.serve_forever, args=(0.05,), daemon=True)
        address = f"http://127.0.0.1:{self.proxy.server_port}"
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
        self.environment = {"HTTPS_PROXY": address, **dict.fromkeys(names, str(folder / "authority.pem"))}

    def __enter__(self) -> "Intercepted":
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.proxy.shutdown()
        self.proxy.server_close()
        self.thread.join()


def _handler(port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

        def do_CONNECT(self) -> None:
            self.close_connection = True
            with socket.create_connection(("127.0.0.1", port)) as far:
                self.send_response(200)
                self.end_headers()
                back = threading.Thread(target=_pass_on, args=(far, self.connection), daemon=True)
                back.start()
                _pass_on(self.connection, far)
                back.join()

    return Handler


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
