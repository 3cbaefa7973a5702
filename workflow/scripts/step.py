"""Run the function of the package that a rule names (rule step in workflow/rules/step.smk)."""

import sys
from pathlib import Path

try:
    import wdr_mcpd.step
except ModuleNotFoundError:  # an environment of conda holds the dependencies; the package is beside this file
    sys.path.append(str(Path(__file__).parents[2] / "src"))
    import wdr_mcpd.step

wdr_mcpd.step.run_job(snakemake)  # noqa: F821
