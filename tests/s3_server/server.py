"""moto's S3 server with a bucket that everybody may read, reached over a relay that plays faults."""

import threading
from collections import Counter
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
from moto.server import ThreadedMotoServer

from nbia_server import FAULTS, FakeClock
from nbia_server.server import Arrived


class S3Server:
    """One bucket behind a relay on a free port of 127.0.0.1, as a context manager.

    Attributes
    ----------
    url : str
        Address of the relay, the endpoint of the fetch under test.
    store : boto3 client
        Puts objects into the bucket, not over the relay.
    faults : dict
        For each object's name, or "list", the names of the faults of its next answers, in order; "forever" as
        the last one repeats the one before it.
    most_keys : int
        Objects on a page of a list.
    """

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        self.faults: dict[str, list[str]] = {}
        self.requests: Counter[str] = Counter()
        self.clock = FakeClock()
        self.arrived = Arrived()
        self.most_keys = 1000
        self.moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self.relay = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.relay.daemon_threads = True
        self.relay.owner = self
        self.thread = threading.Thread(target=self.relay.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "S3Server":
        self.moto.start()
        self.origin = self.moto.get_host_and_port()
        self.store = boto3.client(
            "s3",
            endpoint_url=f"http://{self.origin[0]}:{self.origin[1]}",
            region_name="us-east-1",
            aws_access_key_id="nobody",
            aws_secret_access_key="nothing",
        )
        self.store.create_bucket(Bucket=self.bucket, ACL="public-read")
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.relay.shutdown()
        self.relay.server_close()
        self.thread.join()
        self.moto.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.relay.server_port}"

    def put(self, key: str, data: bytes) -> None:
        """Store an object in one part."""
        self.store.put_object(Bucket=self.bucket, Key=key, Body=data, ACL="public-read")

    def put_in_parts(self, key: str, data: bytes) -> None:
        """Store an object by a multipart upload: its ETag is no MD5."""
        where = {"Bucket": self.bucket, "Key": key}
        upload = self.store.create_multipart_upload(**where, ACL="public-read")["UploadId"]
        tag = self.store.upload_part(**where, UploadId=upload, PartNumber=1, Body=data)["ETag"]
        parts = {"Parts": [{"ETag": tag, "PartNumber": 1}]}
        self.store.complete_multipart_upload(**where, UploadId=upload, MultipartUpload=parts)

    def clear(self) -> None:
        """Remove all objects, and forget faults and requests."""
        for item in self.store.list_objects_v2(Bucket=self.bucket).get("Contents", []):
            self.store.delete_object(Bucket=self.bucket, Key=item["Key"])
        self.faults.clear()
        self.requests.clear()
        self.most_keys = 1000
        self.clock = FakeClock()

    def next_fault(self, name: str) -> str | None:
        faults = self.faults.get(name, [])
        if faults[1:] == ["forever"]:
            return faults[0]
        return faults.pop(0) if faults else None


def _handler(server: S3Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            question = dict(parse_qsl(place.query))
            path = self.path
            if "list-type" in question:
                path = f"{place.path}?{urlencode({**question, 'max-keys': server.most_keys})}"
            name = "list" if "list-type" in question else place.path.rpartition("/")[2]
            server.requests[name] += 1
            connection = HTTPConnection(*server.origin)
            connection.request("GET", path)
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
            fault = server.next_fault(name)
            try:
                if fault == "altered":
                    data, fault = data[:-1] + bytes([data[-1] ^ 1]), None
                if fault is not None:
                    FAULTS[fault].play(self, data)
                    return
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except (OSError, ValueError):  # the client went away, or the fault has closed the connection
                self.close_connection = True

    return Handler
