"""`python -m wdr_mcpd` is the command `wdr-mcpd`."""

import sys

from wdr_mcpd.cli import main

sys.exit(main())
