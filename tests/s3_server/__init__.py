"""An S3 server on loopback (moto), and a relay before it that misbehaves."""

from .server import S3Server

__all__ = ["S3Server"]
