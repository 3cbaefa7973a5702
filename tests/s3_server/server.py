"""moto's S3 server with a bucket that everybody may read, reached over a relay that plays faults."""

from collections.abc import Mapping
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
from moto.server import ThreadedMotoServer

from nbia_server import FAULTS
from nbia_server.loopback import Loopback


class S3Server(Loopback):
    """One bucket behind a relay; an object is asked for by its name, a list as "list".

    Attributes
    ----------
    store : boto3 client
        Puts objects into the bucket, not over the relay.
    most_keys : int
        Objects on a page of a list.
    """

    def __init__(self, bucket: str) -> None:
        super().__init__(_handler(self))
        self.bucket = bucket
        self.most_keys = 1000
        self.held: dict[str, bytes] = {}
        self.moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)

    def __enter__(self) -> Self:
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
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.moto.stop()

    def hold(self, objects: Mapping[str, bytes]) -> None:
        """Have just these objects, each stored in one part; forget faults and requests."""
        self.forget()
        self.most_keys = 1000
        if objects == self.held:
            return
        for item in self.store.list_objects_v2(Bucket=self.bucket).get("Contents", []):
            self.store.delete_object(Bucket=self.bucket, Key=item["Key"])
        for key, data in objects.items():
            self.store.put_object(Bucket=self.bucket, Key=key, Body=data, ACL="public-read")
        self.held = dict(objects)

    def put_in_parts(self, key: str, data: bytes) -> None:
        """Store an object by a multipart upload: its ETag is no MD5."""
        self.held = {}
        where = {"Bucket": self.bucket, "Key": key}
        upload = self.store.create_multipart_upload(**where, ACL="public-read")["UploadId"]
        tag = self.store.upload_part(**where, UploadId=upload, PartNumber=1, Body=data)["ETag"]
        parts = {"Parts": [{"ETag": tag, "PartNumber": 1}]}
        self.store.complete_multipart_upload(**where, UploadId=upload, MultipartUpload=parts)


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
            fault = server.next_fault(name)
            connection = HTTPConnection(*server.origin)
            connection.request("GET", path)
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
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
