"""The broker that tests and demos run on is a real one, and is looked after."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from processors.runtime.broker.probe import serves
from processors.runtime.broker.server import find, start, stop
from processors.runtime.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from processors.runtime.broker.node import Broker


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A local broker of this module's own, beside the one that all tests share."""
    home = tmp_path_factory.mktemp("own")
    try:
        yield start(home)
    finally:
        stop(home)


async def _create(servers: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def _write(servers: str, topic: str, *values: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers, transactional_id=f"{topic}-writer")
    await producer.start()
    try:
        async with producer.transaction():
            for value in values:
                await producer.send_and_wait(topic, value, timestamp_ms=1)
    finally:
        await producer.stop()


async def _read(servers: str, topic: str, number: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        return [(await consumer.getone()).value for _ in range(number)]
    finally:
        await consumer.stop()


async def test_what_is_committed_can_be_read(kafka: str, prefix: str) -> None:
    """Transactions work on one node, however old the records say that they are."""
    topic = f"{prefix}committed"
    await _create(kafka, topic)
    await _write(kafka, topic, b"one", b"two")
    assert await _read(kafka, topic, 2) == [b"one", b"two"]


def test_a_second_start_finds_the_first(own: Broker) -> None:
    """One home has one broker: starting it again changes nothing."""
    assert start(own.home) == own


def test_its_port_is_no_port_of_clients(own: Broker) -> None:
    """In the ephemeral range a client could connect to itself and look like a broker."""
    assert own.port < 32768


async def test_its_data_outlives_it(own: Broker) -> None:
    """What was written before a stop is there after the next start, at the same address."""
    await _create(own.address, "kept")
    await _write(own.address, "kept", b"still here")
    assert stop(own.home)
    assert not psutil.pid_exists(own.pid)
    again = start(own.home)
    assert again.address == own.address
    assert await _read(again.address, "kept", 1) == [b"still here"]


async def test_a_kill_loses_nothing(own: Broker) -> None:
    """A start right after kill -9 waits for the end of the old process, and finds its data."""
    running = start(own.home)
    await _create(running.address, "acknowledged")
    await _write(running.address, "acknowledged", b"safe")
    psutil.Process(running.pid).kill()
    again = start(own.home)
    assert again.pid != running.pid
    assert await _read(again.address, "acknowledged", 1) == [b"safe"]


def test_a_recycled_process_is_left_alone(tmp_path: Path) -> None:
    """A pid file that names a process of somebody else stops nobody."""
    someone = psutil.Process()
    (tmp_path / "broker.json").write_text(
        f'{{"pid": {someone.pid}, "port": 19092, "created": {someone.create_time() - 60}}}', "utf-8"
    )
    assert find(tmp_path) is None
    assert stop(tmp_path) is False


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    """A broker on another's port would only be found out by its clients."""
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(Fault, match="is taken"):
        start(tmp_path, other.getsockname()[1])


def test_an_echo_is_not_a_broker() -> None:
    """What sends back our own question may listen, but does not serve."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_echo, args=(listener,))
        thread.start()
        found = serves("127.0.0.1", listener.getsockname()[1], seconds=1)
        thread.join()
    assert not found


def _echo(listener: socket.socket) -> None:
    line, _ = listener.accept()
    with line:
        line.sendall(line.recv(64))
