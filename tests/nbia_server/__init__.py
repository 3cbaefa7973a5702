"""An NBIA v4 server on loopback, and one of plain files, that misbehave in every way a fetch must survive."""

from .archives import ARCHIVES, SPOILT_ARCHIVES, zipped
from .clock import FakeClock
from .faults import AGAIN, DEADLINE, ENDED, FAULTS, REFUSED, SOUND, SPOILT, Fault
from .holdings import Holding, holding
from .proxy import Intercepted
from .server import NbiaServer

__all__ = [
    "AGAIN",
    "ARCHIVES",
    "DEADLINE",
    "ENDED",
    "FAULTS",
    "REFUSED",
    "SOUND",
    "SPOILT",
    "SPOILT_ARCHIVES",
    "FakeClock",
    "Fault",
    "Holding",
    "Intercepted",
    "NbiaServer",
    "holding",
    "zipped",
]
