"""An NBIA v4 server on loopback that can misbehave in every way a download must survive."""

from .archives import ARCHIVES, zipped
from .faults import FAULTS
from .holdings import Holding, holding
from .server import NbiaServer

__all__ = ["ARCHIVES", "FAULTS", "Holding", "NbiaServer", "holding", "zipped"]
