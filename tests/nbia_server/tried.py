"""Which faults are played against what: by these lists the tests are parametrised and the page is made."""

from .archives import ARCHIVES
from .buckets import BUCKETS
from .faults import AGAIN, FAULTS, LIBRARIES
from .surroundings import SURROUNDINGS

BEFORE_THE_BODY = [name for name, fault in FAULTS.items() if fault.where in ("start", "header")]
BROKEN_BODIES = ["reset midway", "cut with length", "cut chunked", "bad chunk", "no last chunk"]

TRIED: dict[str, list[str]] = {
    "file": [*SURROUNDINGS, *FAULTS],
    "NBIA": [*FAULTS, *ARCHIVES],
    "IDC": [*FAULTS, *BUCKETS],
    "list of IDC": [*BEFORE_THE_BODY, *BROKEN_BODIES],
    "list of NBIA": [
        *(name for name in [*BEFORE_THE_BODY, *BROKEN_BODIES] if FAULTS[name].ends == AGAIN),
        *("403", "page"),
    ],
    "tcia-utils": ["500", "unknown authority", *LIBRARIES],
    "package index": ["503", "reset", "nobody there", *LIBRARIES],
}
ALL = {**SURROUNDINGS, **FAULTS, **LIBRARIES, **ARCHIVES, **BUCKETS}
