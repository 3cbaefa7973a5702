"""Which faults are played against what: by these lists the tests are parametrised and the page is made."""

from .archives import ARCHIVES
from .buckets import BUCKETS
from .faults import FAULTS, LIBRARIES
from .surroundings import SURROUNDINGS

BEFORE_THE_BODY = [name for name, fault in FAULTS.items() if fault.where in ("start", "header")]
BROKEN = ["reset midway", "cut with length", "cut chunked", "bad chunk"]
BROKEN += ["reset at end", "no last chunk", "no end", "endless end"]
OF_LIBRARIES = ["reset", "no HTTP", "cut in header", "403", "500", "redirects"]
OF_LIBRARIES += ["cut chunked", "page", "no last chunk", *LIBRARIES]

TRIED: dict[str, list[str]] = {
    "file": [*SURROUNDINGS, *FAULTS],
    "NBIA": [*FAULTS, *ARCHIVES],
    "IDC": [*FAULTS, *BUCKETS],
    "list of IDC": [*BEFORE_THE_BODY, *BROKEN],
    "list of NBIA": [*BEFORE_THE_BODY, *BROKEN, "page"],
    "tcia-utils": ["unknown authority", "proxy refuses", *OF_LIBRARIES],
    "package index": ["nobody there", *OF_LIBRARIES],
}
ALL = {**SURROUNDINGS, **FAULTS, **LIBRARIES, **ARCHIVES, **BUCKETS}
