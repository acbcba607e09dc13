"""`python -m tests.mutation`: how many small changes to the code do the tests see?

A sample of mutants is judged one after the other; what is interrupted goes on where it was. On a
terminal a bar shows how far it is, elsewhere each verdict is a JSON line.
"""

from __future__ import annotations

import argparse
import sys

from tests.mutation.report import README, written
from tests.mutation.rooms import files, sample
from tests.mutation.run import results, run


def main() -> int:
    """Run what is asked for."""
    options = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    options.add_argument("--mutants", type=int, default=400, help="how many (default 400)")
    options.add_argument("--seed", type=int, default=1, help="which ones (default 1)")
    options.add_argument("--part", default="1/1", help="2/2: the second half, beside 1/2")
    options.add_argument("--only", default="", help="those of files whose path begins so")
    options.add_argument("--again", action="store_true", help="survivors are tried once more")
    options.add_argument("--measure", action="store_true", help="measure anew who runs what")
    options.add_argument("--report", action="store_true", help="write it; judge nothing")
    asked = options.parse_args()
    which, count = (int(number) for number in asked.part.split("/"))
    chosen = [
        one for one in sample(asked.mutants, asked.seed, files()) if one.file.startswith(asked.only)
    ]
    if asked.report:
        README.write_text(written(chosen, results().of(chosen), asked.seed), "utf-8")
        return 0
    return run(chosen, (which - 1, count), again=asked.again, anew=asked.measure)


if __name__ == "__main__":
    sys.exit(main())
