"""`python -m wdr_mcpd.data.tcia COLLECTION`: what tcia-utils lists of it, as JSON; its log is on stderr.

A process of its own, because tcia-utils has no time-out and turns on logging for the whole program.
"""

import json
import sys

from wdr_mcpd.data.child import end_with_parent


def main(collection: str) -> None:
    """Print the list of MR series, or null where tcia-utils gives none: none is there, or it logged why."""
    from tcia_utils import nbia

    print(json.dumps(nbia.getSeries(collection=collection, modality="MR")))


if __name__ == "__main__":
    end_with_parent()
    main(sys.argv[1])
