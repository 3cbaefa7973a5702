"""An HTTPS proxy on loopback that leads every host to one server, whose certificate is for that host."""

import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import trustme

from .loopback import Loopback
from .server import NbiaServer
from .surroundings import secure_context


class Intercepted(Loopback):
    """`server` in the place of `host`, for who uses the proxy and trusts the authority.

    Attributes
    ----------
    environment : dict
        The variables that say both.
    """

    def __init__(self, server: NbiaServer, host: str, folder: Path) -> None:
        super().__init__(_handler(server.http.server_port))
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "authority.pem")
        server.use_tls(secure_context(authority, host))
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
        self.environment = {"HTTPS_PROXY": self.url, **dict.fromkeys(names, str(folder / "authority.pem"))}


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
