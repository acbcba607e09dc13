"""`make demo`: a real broker, two workers, eight months of commerce, and a worker that is killed.

Ends with a member's story, the top balances, dead letters, `ledger verify` and `decide`, and a
comparison with an independent model. Exit code 0: all equal, none lost, none double.
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

from rich.progress import Progress

from processors.runtime import admin
from processors.runtime.clock import tell
from processors.runtime.settings import Settings
from tests.demo.checking import Found, differences
from tests.demo.running import Workers, broker_of, console, inputs, interrupted, settled
from tests.demo.sending import send
from tests.model.book import Book
from tests.story.story import END, Story

PARTITIONS = 6
MEMBERS = 2400
PER_SECOND = 2500


def main() -> int:
    """Run the demo. Returns its exit code."""
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    began = time.monotonic()
    home = Path(os.environ.get("LOYALTY_HOME", ".loyalty")) / "demo"
    home.mkdir(parents=True, exist_ok=True)
    console.print("making eight months of events, and the model's truth about them …")
    story = Story(options.seed, options.events, MEMBERS)
    book = Book()
    book.play(story.facts, END)
    with broker_of(home) as broker:
        prefix = f"demo-{os.getpid()}-{int(began)}."
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
            code = show(settings, workers, story, book)
        finally:
            workers.stop()
    console.print(f"\n{time.monotonic() - began:.0f} seconds in all")
    return code


def show(settings: Settings, workers: Workers, story: Story, book: Book) -> int:
    """The run itself."""
    workers.start()
    workers.start()
    total = len(story.records)
    console.print(f"two workers; sending {total} events of {len(book.members)} members")
    with Progress(console=console, disable=not console.is_terminal) as bar:
        sending = bar.add_task("sent", total=total)
        done = 0

        def sent(count: int) -> None:
            nonlocal done
            bar.advance(sending, count)
            if done < total // 2 <= done + count:
                console.print(f"half is sent: worker {workers.kill()} is killed (SIGKILL)")
                workers.start()
                console.print("the other takes over; a third one joins")
            if not console.is_terminal and done // 5_000 < (done + count) // 5_000:
                console.print(f"sent {done + count} of {total}")
            done += count

        asyncio.run(send(settings, story.records, PER_SECOND, sent))
    settled(settings, workers, lambda found: inputs(settings, found) >= total)
    asyncio.run(tell(settings, int(END.timestamp()) * 1_000_000))
    found = settled(settings, workers, lambda found: found.told >= PARTITIONS)
    return report(settings, workers, story, book, found)


def report(settings: Settings, workers: Workers, story: Story, book: Book, found: Found) -> int:
    """Everything worth seeing, and whether it is right."""
    richest = sorted(book.members.values(), key=lambda member: -member.available)[:5]
    workers.say("member", "explain", teller(book), "--last", "2")
    console.print("\n[bold]top balances[/bold]")
    for member in richest:
        points = found.balances[member.name]["balances"]["points"]["available"]
        console.print(f"  {member.name:<12} {points:>8} points, {member.tier}")
    console.print("\n[bold]rewards[/bold]")
    for name, count in sorted(found.rewards.items()):
        console.print(f"  {count:>6}  {name}")
    console.print("\n[bold]outcomes[/bold]")
    for outcome, count in found.outcomes.most_common():
        console.print(f"  {count:>6}  {outcome}")
    workers.say("dlq", "list", "--most", "5")
    verified, decided = workers.say("ledger", "verify"), workers.say("ledger", "decide")
    wrong = differences(settings, story, book, found)
    console.print("\n[bold]against the independent model[/bold]")
    for line in wrong[:20]:
        console.print(f"  {line}")
    if wrong or verified or decided:
        codes = f"verify exit code {verified}, decide exit code {decided}"
        console.print(f"[red]{len(wrong)} differences[/red], {codes}")
        return 1
    console.print(
        f"  {len(story.records)} inputs, none lost, none double; "
        f"{len(book.members)} members, all balances, tiers, rewards and refusals equal"
    )
    return 0


def teller(book: Book) -> str:
    """A member with a life worth telling."""
    return max(
        book.members.values(),
        key=lambda member: (min(len(member.redemptions), 3), min(len(member.orders), 6)),
    ).name


if __name__ == "__main__":
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # it tries again by itself
    signal.signal(signal.SIGTERM, interrupted)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("stopped")
        sys.exit(130)
