"""`python -m tests.simulator`: many seeds on all cores; one that fails is shrunk.

What is printed goes to a terminal as a bar, else as JSON lines. Exit code 1 if a seed failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from tests.simulator.many import many
from tests.simulator.plan import Plan, plan_of
from tests.simulator.run import run


def main() -> int:
    """Run what is asked for."""
    options = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    options.add_argument("--seeds", type=int, default=200, help="how many (default 200)")
    options.add_argument("--start", type=int, default=0, help="the first one (default 0)")
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options.add_argument("--plan", type=Path, help="replay a plan that was printed, from a file")
    options.add_argument("--verbose", action="store_true", help="what the workers log, too")
    asked = options.parse_args()
    if asked.plan is not None or asked.seeds == 1:
        text = asked.plan.read_text("utf-8") if asked.plan is not None else ""
        plan = Plan.load(text) if text else plan_of(asked.start)
        result = run(plan, verbose=asked.verbose)
        print(json.dumps(result._asdict()))
        return 1 if result.failure else 0
    return many(asked.seeds, asked.start, asked.processes)


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets must be the same whenever a seed is run again.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulator", *sys.argv[1:]])  # noqa: S606
    sys.exit(main())
