"""`python -m soilbio` is the command `soilbio`."""

from soilbio.cli.main import run

run()
