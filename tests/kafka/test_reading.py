"""What the reading commands say of a deployment on a real broker, and what verify finds there."""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaProducer
from msgspec.structs import replace

from docs.reference_consumer import Balances, follow
from processors.engine import engine_of
from processors.runtime.cli.balance import latest
from processors.runtime.cli.ledger import topics_of
from processors.runtime.cli.member import records_of
from processors.runtime.faults import Exit, Fault
from processors.runtime.letters import letter_of, read
from processors.runtime.reading import reader
from processors.runtime.settings import Settings
from processors.runtime.verifying import Verifier
from projections.outputs import outputs
from tests.driver.book import END, put, starter
from tests.driver.copied import Recorded, copy
from tests.driver.traffic import Traffic

if TYPE_CHECKING:
    from processors.verify.whole import Report

SEED = 1
EVENTS = 250


@pytest.fixture
def deployment(kafka: str, prefix: str) -> Settings:
    """Where a book is written to."""
    return Settings(broker=kafka, input_prefix=prefix, output_prefix=prefix, partitions=3)


@pytest.fixture
async def settings(deployment: Settings) -> Settings:
    """A deployment of the starter program with some months of traffic, all of it folded."""
    topology = sent_to(deployment)
    fold(topology)
    await copy(topology, deployment.broker, deployment.output_prefix)
    return deployment


def sent_to(settings: Settings) -> Recorded:
    """A topology with the traffic in its inputs."""
    engine = engine_of(starter(), 3, transfers_topic=settings.names.of("transfers"))
    topology = Recorded(engine, run_size=60)
    sent = Traffic(SEED).make(EVENTS)
    put(topology, [one._replace(topic=settings.input_prefix + one.topic) for one in sent])
    return topology


def fold(topology: Recorded) -> None:
    """Fold everything, and let time run on."""
    topology.pump()
    topology.advance(END)


async def verified(settings: Settings) -> Report:
    """The checker's report, from nothing but what Kafka holds."""
    async with reader(settings.broker) as source:
        return await Verifier(source, topics_of(settings.names), outputs).run()


async def again(
    settings: Settings, role: str, value: bytes | None, key: bytes, headers: dict[str, bytes]
) -> None:
    """One more record, as a stranger might write it."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.broker)
    await producer.start()
    try:
        topic = settings.names.of(role)
        await producer.send_and_wait(topic, value, key, 0, headers=list(headers.items()))
    finally:
        await producer.stop()


async def test_a_sound_deployment_verifies(settings: Settings) -> None:
    """Nothing differs, and everything was looked at."""
    report = await verified(settings)
    assert report.findings == ()
    assert report.records > EVENTS
    assert report.accounts == report.snapshots > 5
    assert report.outputs["balances"] > 150


async def test_a_balance_that_says_something_else_is_found(settings: Settings) -> None:
    """The same id again, with another value."""
    topic = settings.names.of("balances")
    async with reader(settings.broker) as source:
        spans = await source.spans([(topic, 0)])
        lying = [record async for records in source.read(spans) for record in records]
    first = lying[0]
    changed = (first.value or b"").replace(b'"debt":"0"', b'"debt":"7"')
    await again(settings, "balances", changed, first.key or b"", dict(first.headers))
    found = (await verified(settings)).findings
    assert [(finding.id, finding.place.topic) for finding in found] == [("O4 bytes", topic)]


async def ended(settings: Settings, *words: str) -> tuple[int | None, bytes]:
    """The command's exit code, and what it prints."""
    said = {
        "LOYALTY_BROKER": settings.broker,
        "LOYALTY_INPUT_PREFIX": settings.input_prefix,
        "LOYALTY_OUTPUT_PREFIX": settings.output_prefix,
        "LOYALTY_PARTITIONS": str(settings.partitions),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "processors.runtime.cli", "ledger", "verify", "--quiet", *words),
        env=os.environ | said,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    return process.returncode, printed


async def test_the_command_ends_with_what_it_found(settings: Settings) -> None:
    """People read a word, and machines a code: 0 for no difference, 3 for any."""
    code, printed = await ended(settings)
    assert (code, b"No difference" in printed) == (Exit.DONE, True)
    await again(settings, "notices", b"{}", b"m0", {"ce_id": b"nobody's"})
    code, printed = await ended(settings)
    assert (code, b"V5 stranger" in printed) == (Exit.DIFFERENT, True)
    code, printed = await ended(settings, "--json")
    assert (code, json.loads(printed)["holds"]) == (Exit.DIFFERENT, False)


async def written(topology: Recorded, settings: Settings) -> set[str]:
    """Ids of the findings, once the topology lies on the broker."""
    await copy(topology, settings.broker, settings.output_prefix)
    return {finding.id for finding in (await verified(settings)).findings}


async def test_one_changed_byte_of_the_ledger_is_found(deployment: Settings) -> None:
    """By the record that comes after it."""
    topology = sent_to(deployment)
    fold(topology)
    ledger = topology.batches[5][1].outgoing["ledger"]
    changed = (ledger[0].value or b"").replace(b"accepted", b"acceptee", 1)
    ledger[0] = replace(ledger[0], value=changed)
    assert "V3 chain" in await written(topology, deployment)


async def test_a_missing_transfer_is_found(deployment: Settings) -> None:
    """The ledger decided it, and it was never sent."""
    topology = sent_to(deployment)
    fold(topology)
    transfers = next(
        b.outgoing["transfers"] for _, b in topology.batches if b.outgoing["transfers"]
    )
    del transfers[0]
    assert "T1 missing" in await written(topology, deployment)


async def test_a_skipped_input_is_found(deployment: Settings) -> None:
    """It lies in its topic, and later ones were folded."""
    topology = sent_to(deployment)
    topic = f"{deployment.input_prefix}commerce.purchases.v1"
    log = topology.logs[topic][1]
    hidden, log.records[7] = log.records[7], None
    fold(topology)
    log.records[7] = hidden
    await copy(topology, deployment.broker, deployment.output_prefix)
    found = (await verified(deployment)).findings
    assert [(finding.id, finding.place) for finding in found] == [("O1 skipped", (topic, 1, 7))]


async def test_a_balance_is_shown_as_consumers_see_it(settings: Settings) -> None:
    """The command and the reference consumer agree on every member."""
    balances = Balances()
    async for record in follow(settings.broker, balances, settings.names.of("balances")):
        if record is None:
            break
    assert len(balances.latest) > 5
    for member in ("m0", "m1", "m2"):
        found = await latest(settings, member)
        assert found is not None
        assert found.data == balances.latest[member]


async def test_a_member_is_explained_line_by_line(settings: Settings) -> None:
    """Events with their places, rules that fired and did not, entries and balances."""
    told = await records_of(settings, "m0")
    parts = {fact.part for explained in told for fact in explained.facts}
    assert {"event", "fired", "missed", "entry", "balance"} <= parts
    sequences = [one.record.member_sequence for one in told if one.record.member_sequence]
    assert sequences == list(range(1, len(sequences) + 1))


async def test_dead_letters_are_listed_with_reasons(settings: Settings) -> None:
    """Each names its original, and can be found by its place."""
    letters = await read(settings)
    assert {letter_of(letter).reason for letter in letters} == {"invalid_json"}
    one = letters[-1]
    assert await read(settings, (one.partition, one.offset)) == [one]


async def test_a_missing_topic_is_said_clearly(kafka: str) -> None:
    """One sentence, and what to do."""
    with pytest.raises(Fault, match="does not exist"):
        await latest(Settings(broker=kafka, output_prefix="nowhere."), "m1")


async def test_a_broker_that_is_away_is_said_clearly() -> None:
    """Nothing waits for ever."""
    with pytest.raises(Fault, match="no broker answers"):
        await latest(Settings(broker="127.0.0.1:9"), "m1")
