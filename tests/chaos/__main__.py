"""`make chaos MINUTES=2`: workers are killed, stopped and woken at random while events arrive.

Ends with `ledger verify` and the comparison with the independent model. Exit code 0: every input is
in one ledger record, and every balance, tier, reward and refusal is as the model says.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from processors.runtime import admin
from processors.runtime.clock import tell
from processors.runtime.settings import Settings
from tests.demo.checking import differences
from tests.demo.running import Workers, broker_of, console, inputs, settled
from tests.demo.sending import send
from tests.model.book import Book
from tests.story.story import END, Story

PARTITIONS = 6
WORKERS = 2
PER_SECOND = 1_667
MEMBERS = 8_000


class Havoc(threading.Thread):
    """Kills or stops a worker every few seconds, and keeps their number."""

    def __init__(self, workers: Workers, seed: int) -> None:
        super().__init__(name="havoc")
        self.workers = workers
        self.chance = random.Random(seed)
        self.over = threading.Event()
        self.done: Counter[str] = Counter()

    def run(self) -> None:
        """Until it is told to end."""
        while not self.over.wait(self.chance.uniform(3, 9)):
            victim = self.chance.randrange(len(self.workers.alive()))
            if self.chance.random() < 0.5:
                self.say("killed", self.workers.kill(victim))
            else:
                self.pause(victim)
            self.fill()

    def pause(self, victim: int) -> None:
        """SIGSTOP, some seconds, SIGCONT."""
        process = self.workers.alive()[victim]
        seconds = self.chance.uniform(2, 10)
        process.send_signal(signal.SIGSTOP)
        self.say(f"stopped for {seconds:.0f} s", process.pid)
        self.over.wait(seconds)
        process.send_signal(signal.SIGCONT)

    def fill(self) -> None:
        """As many workers as before: one that was fenced or watched to death starts again."""
        for _ in range(WORKERS - len(self.workers.alive())):
            self.workers.start()

    def say(self, what: str, process: int) -> None:
        """The running account."""
        self.done[what.split(maxsplit=1)[0]] += 1
        console.print(f"worker {process} {what}")

    def end(self) -> None:
        """No more faults, and all workers there."""
        self.over.set()
        self.join()
        self.fill()


def main() -> int:
    """Run it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=77)
    options = parser.parse_args()
    home = Path(os.environ.get("LOYALTY_HOME", ".loyalty")) / "chaos"
    home.mkdir(parents=True, exist_ok=True)
    events = int(options.minutes * 60 * PER_SECOND)
    console.print(f"seed {options.seed}: making {events} events, and the model's truth about them")
    story = Story(options.seed, events, MEMBERS)
    book = Book()
    book.play(story.facts, END)
    with broker_of(home) as broker:
        prefix = f"chaos-{os.getpid()}-{int(time.monotonic())}."
        settings = Settings(
            broker=broker,
            input_prefix=prefix,
            output_prefix=prefix,
            partitions=PARTITIONS,
            clock="stream",
        )
        asyncio.run(admin.apply(settings))
        workers = Workers(settings, home)
        try:
            return survive(settings, workers, story, book, options.seed)
        finally:
            workers.stop()


def survive(settings: Settings, workers: Workers, story: Story, book: Book, seed: int) -> int:
    """Send all of it among faults, let it settle, and compare."""
    for _ in range(WORKERS):
        workers.start()
    havoc, total, done = Havoc(workers, seed), len(story.records), 0

    def sent(count: int) -> None:
        nonlocal done
        if done // 20_000 < (done + count) // 20_000:
            console.print(f"sent {done + count} of {total}")
        done += count

    havoc.start()
    try:
        asyncio.run(send(settings, story.records, PER_SECOND, sent))
    finally:
        havoc.end()
    began = time.monotonic()
    settled(settings, workers, lambda found: inputs(settings, found) >= total)
    console.print(f"settled {time.monotonic() - began:.0f} s after the last event: {havoc.done}")
    asyncio.run(tell(settings, int(END.timestamp()) * 1_000_000))
    found = settled(settings, workers, lambda found: found.told >= PARTITIONS)
    verified = workers.say("ledger", "verify")
    wrong = differences(settings, story, book, found)
    for line in wrong[:20]:
        console.print(f"  {line}")
    console.print(f"{total} inputs, {len(wrong)} differences, verify exit code {verified}")
    return int(bool(wrong) or verified != 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("stopped")
        sys.exit(130)
