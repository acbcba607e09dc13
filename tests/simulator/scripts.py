"""Scripts for any broker, real or simulated: what clients do, and what they then observe.

Each returns what a client can see, without whatever differs between any two brokers: ids and times.
"""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import NotLeaderForPartitionError
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import (
    AddPartitionsToTxnRequest,
    EndTxnRequest,
)

from tests.simulator.scripting import (
    Seen,
    ask,
    attempt,
    batch,
    committed,
    contents,
    identity,
    of,
    producing,
    settled,
    shares,
)


async def commits_and_aborts(servers: str, topic: str) -> Seen:
    """Markers take offsets; what was aborted is there for some readers alone."""
    seen: Seen = []
    async with producing(servers, f"{topic}t") as producer:
        for value, ending in ((b"a", "commit"), (b"b", "abort"), (b"c", "commit"), (b"d", "abort")):
            await producer.begin_transaction()
            first = await producer.send_and_wait(topic, value, partition=0)
            second = await producer.send_and_wait(topic, value * 2, partition=0)
            seen += [first.offset, second.offset]
            await getattr(producer, f"{ending}_transaction")()
    await settled(servers, topic, 12)
    seen.append(await contents(servers, topic))
    return [*seen, await contents(servers, topic, "read_uncommitted")]


async def an_open_transaction_holds_readers(servers: str, topic: str) -> Seen:
    """The last stable offset stays before it, whatever others write behind."""
    plain = AIOKafkaProducer(bootstrap_servers=servers, acks="all")
    await plain.start()
    async with producing(servers, f"{topic}t") as producer:
        await plain.send_and_wait(topic, b"before", partition=0)
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"open", partition=0)
        await plain.send_and_wait(topic, b"behind", partition=0)
        seen = [await contents(servers, topic)]
        seen.append((await contents(servers, topic, "read_uncommitted"))[1])
        await producer.commit_transaction()
    await settled(servers, topic, 4)
    await plain.stop()
    return [*seen, await contents(servers, topic)]


async def a_successor_fences(servers: str, topic: str) -> Seen:
    """It aborts what was open; whoever had the id before can neither send nor commit."""
    async with producing(servers, f"{topic}t") as first:
        await first.begin_transaction()
        await first.send_and_wait(topic, b"zombie", partition=0)
        async with producing(servers, f"{topic}t") as second:
            await second.begin_transaction()
            await second.send_and_wait(topic, b"heir", partition=0)
            seen: Seen = [of(second)[0] == of(first)[0], of(second)[1] - of(first)[1]]
            seen.append(await attempt(first.send_and_wait(topic, b"late", partition=0)))
            seen.append(await attempt(first.commit_transaction()))
            await second.commit_transaction()
        await settled(servers, topic, 4)
        return [*seen, await contents(servers, topic)]


async def an_idle_zombie_is_fenced(servers: str, topic: str) -> Seen:
    """Also when it had nothing open and begins anew."""
    async with producing(servers, f"{topic}t") as first:
        await first.begin_transaction()
        await first.send_and_wait(topic, b"one", partition=0)
        await first.commit_transaction()
        async with producing(servers, f"{topic}t") as second:
            seen: Seen = [of(second)[1] - of(first)[1]]
            await first.begin_transaction()
            seen.append(await attempt(first.send_and_wait(topic, b"two", partition=0)))
        await settled(servers, topic, 2)
        return [*seen, await contents(servers, topic)]


async def ends_that_come_again(servers: str, topic: str) -> Seen:
    """What EndTxn answers to repeats, to strangers, and to a wrong epoch."""
    name = f"{topic}t"
    async with producing(servers, name) as producer:
        pid, epoch = of(producer)
        seen: Seen = [(await ask(producer, EndTxnRequest(name, pid, epoch, True))).error_code]
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"one", partition=0)
        await producer.commit_transaction()
        await settled(servers, topic, 2)
        await asyncio.sleep(0.3)
        for number, era, commit in (
            (pid, epoch, True),
            (pid, epoch, False),
            (pid, epoch - 1, True),
            (pid + 1000, epoch, True),
        ):
            answer = await ask(producer, EndTxnRequest(name, number, era, commit))
            seen.append(answer.error_code)
        places = [(topic, [0])]
        for number, era in ((pid + 1000, epoch), (pid, epoch - 1)):
            answer = await ask(producer, AddPartitionsToTxnRequest(name, number, era, places))
            seen.append(answer.errors[0][1])
        return [*seen, await contents(servers, topic)]


async def a_late_end_meets_the_next_transaction(servers: str, topic: str) -> Seen:
    """A repeated commit ends a transaction that it was not meant for, half-written."""
    name = f"{topic}t"
    async with producing(servers, name) as producer:
        pid, epoch = of(producer)
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"one", partition=0)
        await producer.commit_transaction()
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"half", partition=0)
        seen: Seen = [(await ask(producer, EndTxnRequest(name, pid, epoch, True))).error_code]
        await settled(servers, topic, 4)
        await asyncio.sleep(0.3)
        seen.append(await contents(servers, topic))
        seen.append(await attempt(producer.send_and_wait(topic, b"other half", partition=0)))
        return [*seen, await contents(servers, topic)]


async def a_transaction_grows_too_old(servers: str, topic: str) -> Seen:
    """The coordinator aborts it, and its producer is fenced."""
    async with producing(servers, f"{topic}t", transaction_timeout_ms=1000) as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"slow", partition=0)
        await settled(servers, topic, 2)
        seen: Seen = [await attempt(producer.commit_transaction())]
        return [*seen, await contents(servers, topic)]


async def sequences_are_checked(servers: str, topic: str) -> Seen:
    """A repeat gets the offset of the first time; a gap, and what is too old, an error."""
    client = AIOKafkaClient(bootstrap_servers=servers)
    await client.bootstrap()
    await client.add_topic(topic)
    told = await identity(client)
    seen: Seen = []
    try:
        for sequence in (0, 1, 1, 0, 3, 2, 3, 4, 5, 6, 7, 0, 6):
            data = batch(told.producer_id, told.producer_epoch, sequence, b"%d" % sequence)
            leader = client.cluster.leader_for_partition(TopicPartition(topic, 0))
            request = ProduceRequest(None, -1, 10_000, [(topic, [(0, data)])])
            error, offset = await _appended(client, leader, request)
            seen.append((sequence, error, offset))
        return [*seen, await contents(servers, topic)]
    finally:
        await client.close()


async def _appended(client: AIOKafkaClient, leader: int, request: Any) -> tuple[int, int]:
    """Error and offset; of a topic that is new its leader may not know yet that it leads."""
    error = NotLeaderForPartitionError.errno
    while error == NotLeaderForPartitionError.errno:
        answer = await client.send(leader, request)
        error, offset = answer.topics[0][1][0][1:3]
    return error, offset


async def a_group_shares_and_shares_again(servers: str, topic: str) -> Seen:
    """Two members, then one; a stale generation and a stranger may not commit."""
    members: list[Any] = [
        AIOKafkaConsumer(
            topic,
            bootstrap_servers=servers,
            group_id=f"{topic}g",
            enable_auto_commit=False,
            session_timeout_ms=6000,
            heartbeat_interval_ms=200,
            auto_offset_reset="earliest",
        )
        for _ in range(2)
    ]
    await members[0].start()
    await shares(members[:1], 3)
    first = members[0]._coordinator.generation
    await members[1].start()
    seen: Seen = [sorted(len(member.assignment()) for member in await shares(members, 3))]
    one = members[0]._coordinator
    seen.append(one.generation - first)
    log = TopicPartition(topic, 0)
    for generation, name in ((one.generation, one.member_id), (first, one.member_id)):
        seen.append(await committed(members[0], f"{topic}g", generation, name, log))
    seen.append(await committed(members[0], f"{topic}g", one.generation, "stranger", log))
    beat = HeartbeatRequest(f"{topic}g", first, one.member_id)
    seen.append((await members[0]._client.send(one.coordinator_id, beat)).error_code)
    await members[1].stop()
    seen.append([len(member.assignment()) for member in await shares(members[:1], 3)])
    seen.append(await members[0].committed(log))
    await members[0].stop()
    return seen


async def offsets_out_of_range(servers: str, topic: str) -> Seen:
    """Beyond the end there is nothing to reset to; by time the first one that is not older."""
    plain = AIOKafkaProducer(bootstrap_servers=servers, acks="all")
    await plain.start()
    for number in range(3):
        await plain.send_and_wait(topic, b"x", partition=0, timestamp_ms=1000 + number * 10)
    await plain.stop()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers, auto_offset_reset="none", enable_auto_commit=False
    )
    await consumer.start()
    log = TopicPartition(topic, 0)
    try:
        consumer.assign([log])
        consumer.seek(log, 99)
        seen: Seen = [await attempt(consumer.getone())]
        for time in (900, 1005, 1020, 1021):
            found = (await consumer.offsets_for_times({log: time}))[log]
            seen.append(found and (found.offset, found.timestamp))
        return seen
    finally:
        await consumer.stop()


SCRIPTS = (
    a_group_shares_and_shares_again,
    a_late_end_meets_the_next_transaction,
    a_successor_fences,
    a_transaction_grows_too_old,
    an_idle_zombie_is_fenced,
    an_open_transaction_holds_readers,
    commits_and_aborts,
    ends_that_come_again,
    offsets_out_of_range,
    sequences_are_checked,
)
