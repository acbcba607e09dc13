"""`python -m processors.runtime.cli`: the same as `loyalty`."""

from processors.runtime.cli import main

main()
