"""`make chaos MINUTES=10`: brokers, workers and networks fail at random while events arrive.

Ends with `ledger verify` and `decide`, the comparison with the independent model, and a check of
all that a read_committed reader saw that ran beside it. Exit code 0: every input is in one ledger
record, every balance, tier, reward and refusal is as the model says, and nothing that was shown was
lost, doubled, taken back, out of order, torn or left out.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path

from processors.runtime import admin
from processors.runtime.settings import Settings
from tests.chaos.run import SIZES, Run, ways_of
from tests.demo.running import console, interrupted
from tests.model.book import Book
from tests.story.story import END, Story

PARTITIONS = 6


def main() -> int:
    """Run it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--nodes", type=int, choices=sorted(SIZES), default=3)
    parser.add_argument("--seed", type=int, default=77)
    options = parser.parse_args()
    size = SIZES[options.nodes]
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # brokers are away: we know
    home = Path(os.environ.get("LOYALTY_HOME", ".loyalty")).absolute() / "chaos"
    home.mkdir(parents=True, exist_ok=True)
    events = int(options.minutes * 60 * size.per_second)
    console.print(
        f"seed {options.seed}: {events} events at up to {size.per_second} a second, "
        f"{size.workers} workers, brokers: {options.nodes}; making the model's truth about them"
    )
    story = Story(options.seed, events, size.members)
    book = Book()
    book.play(story.facts, END)
    with ways_of(options.nodes, size.workers, home) as ways:
        prefix = f"chaos-{os.getpid()}-{int(time.monotonic())}."
        settings = Settings(
            broker=ways.direct,
            input_prefix=prefix,
            output_prefix=prefix,
            partitions=PARTITIONS,
            clock="stream",
        )
        asyncio.run(admin.apply(settings))
        with Run(settings, home, ways, options.seed) as run:
            return run.survive(story, book, size.per_second)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupted)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("stopped")
        sys.exit(130)
