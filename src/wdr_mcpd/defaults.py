"""What the configuration and the rooms below it share: each choice and each default stands here once."""

from typing import Literal

Unit = Literal["std", "stored", "range", "dtype"]
Reference = Literal["following", "all", "adjacent"]
THRESHOLD = 0.5
UNIT: Unit = "std"
REFERENCE: Reference = "following"

NBIA = "https://nbia.cancerimagingarchive.net"
IDC_ENDPOINT = "https://s3.amazonaws.com"
PARALLEL_DOWNLOADS = 4
DOWNLOAD_SECONDS, DOWNLOAD_HEADER_SECONDS, DOWNLOAD_IDLE_SECONDS = 600, 60, 60
DOWNLOAD_RATE = 50
"""kB/s."""
