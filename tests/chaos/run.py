"""One run under havoc: traffic, a reader beside it, a running account, and the judgement."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self

from processors.runtime.broker import server
from processors.runtime.clock import tell
from processors.runtime.reading import reader
from tests.chaos.brokers import Brokers, cluster
from tests.chaos.crew import Crew
from tests.chaos.havoc import BrokerHavoc, Havoc, WorkerHavoc
from tests.chaos.history import KINDS, check
from tests.chaos.watching import Watcher, read_again
from tests.demo.checking import differences
from tests.demo.running import broker_of, console, inputs, settled
from tests.demo.sending import send
from tests.story.story import END

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiokafka.structs import RecordMetadata

    from processors.runtime.settings import Settings
    from tests.chaos.history import Place
    from tests.model.book import Book
    from tests.story.story import Story

ACCOUNT_SECONDS = 10.0
MOST_LINES = 20


class Size(NamedTuple):
    """What two cores carry."""

    workers: int
    per_second: int
    members: int


SIZES = {1: Size(2, 1_667, 8_000), 3: Size(3, 200, 3_000)}
"""By brokers. Three of them write everything thrice, and six processes share the cores."""


class Ways(NamedTuple):
    """How to get to the brokers: directly, and for each worker."""

    direct: str
    workers: list[str]
    brokers: Brokers | None


@contextmanager
def ways_of(nodes: int, workers: int, home: Path) -> Iterator[Ways]:
    """One broker, or three behind a proxy. What is started is stopped."""
    if nodes == 1:
        with broker_of(home) as address:
            yield Ways(address, [address] * workers, None)
    else:
        server.stop(home / "cluster")  # of a run that was killed
        shutil.rmtree(home / "cluster", ignore_errors=True)
        with cluster(home / "cluster", workers) as brokers:
            lanes = [brokers.address(lane) for lane in brokers.workers]
            yield Ways(brokers.address(), lanes, brokers)


async def appended(settings: Settings) -> int:
    """How many inputs lie in the logs. No transaction writes there, so offsets count records."""
    topics = [name for name in settings.names.inputs() if name != settings.names.of("transfers")]
    async with reader(settings.broker) as read:
        logs = [(topic, number) for topic in topics for number in range(settings.partitions)]
        return sum(span.end for span in await read.spans(logs))


class Run:
    """Everything that goes on at once. A context manager: what it has started ends with it."""

    def __init__(self, settings: Settings, home: Path, ways: Ways, seed: int) -> None:
        self.settings = settings
        self.brokers = ways.brokers
        self.crew = Crew(settings, home, ways.workers)
        self.watcher = Watcher(settings)
        self.havocs: list[Havoc] = [WorkerHavoc(self.crew, ways.brokers, seed, self.tell)]
        if ways.brokers is not None:
            self.havocs.append(BrokerHavoc(ways.brokers, settings, seed, self.tell))
        self.acknowledged: list[Place] = []
        self.began = time.monotonic()
        self.over = threading.Event()
        self.keeping = threading.Thread(target=self._keep, name="account", daemon=True)

    def __enter__(self) -> Self:
        self.crew.fill()
        self.watcher.start()
        self.keeping.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for havoc in self.havocs:
            havoc.over.set()
        for havoc in self.havocs:
            if havoc.is_alive():
                havoc.join()  # it may be starting what must be stopped
        self.over.set()
        self.keeping.join()
        self.crew.stop()

    def tell(self, what: str) -> None:
        """A line of the running account."""
        minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
        console.print(f"{minutes:02}:{seconds:02}  {what}")

    def _keep(self) -> None:
        """Keep the places filled, and the account."""
        told = time.monotonic()
        while not self.over.wait(1.0):
            for place, code in self.crew.fill():
                self.tell(f"worker {place + 1} ended by itself, exit code {code}; another starts")
            if time.monotonic() - told > ACCOUNT_SECONDS:
                told = time.monotonic()
                sent, decided = len(self.acknowledged), self.watcher.inputs
                self.tell(f"sent {sent:,}, decided {decided:,}, behind {sent - decided:,}")

    def survive(self, story: Story, book: Book, per_second: int) -> int:
        """Send all of it under havoc, let it settle, and judge. Returns the exit code."""
        for havoc in self.havocs:
            havoc.start()
        asyncio.run(send(self.settings, story.records, per_second, lambda _count: None, self._sent))
        for havoc in self.havocs:
            havoc.end()
        if self.brokers is not None:
            self.brokers.mend()
        self.tell(f"all {len(story.records):,} are sent; nothing fails any more")
        settings = self.settings
        total = asyncio.run(appended(settings))
        settled(settings, self.crew, lambda found: inputs(settings, found) >= total)
        self.tell("every input is decided")
        asyncio.run(tell(settings, int(END.timestamp()) * 1_000_000))
        found = settled(settings, self.crew, lambda found: found.told >= settings.partitions)
        known = {*self.acknowledged}
        transfers = settings.names.of("transfers")
        repeats = [at for at in found.sources if at[0] != transfers and at not in known]
        if repeats:
            console.print(f"{len(repeats)} inputs lie in the log twice: the broker took them again")
        return self._judge(differences(settings, story, book, found, repeats), total)

    def _sent(self, place: RecordMetadata) -> None:
        self.acknowledged.append((place.topic, place.partition, place.offset))

    def _judge(self, wrong: list[str], total: int) -> int:
        """What was done, and what came of it."""
        verified = self.crew.say("ledger", "verify")
        decided = self.crew.say("ledger", "decide")
        live = self.watcher.finish()
        findings = check(live, read_again(self.settings), self.acknowledged)
        console.print("\n[bold]done to it[/bold]")
        for what, count in sum((havoc.done for havoc in self.havocs), Counter()).most_common():
            console.print(f"  {count:>6}  {what}")
        console.print(f"  {len(self.crew.ended):>6}  workers ended by themselves")
        console.print("\n[bold]found[/bold]")
        kinds = Counter(finding.kind for finding in findings)
        for kind in KINDS:
            console.print(f"  {kinds[kind]:>6}  {kind}")
        for finding in findings[:MOST_LINES]:
            console.print(f"  {finding.kind}: {finding.where}: {finding.what}")
        for line in wrong[:MOST_LINES]:
            console.print(f"  {line}")
        console.print(
            f"{total:,} inputs, {len(live):,} records read beside, {len(findings)} findings, "
            f"{len(wrong)} differences from the model, verify exit code {verified}, "
            f"decide exit code {decided}"
        )
        return int(bool(wrong or findings or verified or decided))
