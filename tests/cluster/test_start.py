"""Three local brokers are one cluster: started, found, replicated, stopped, started again."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from processors.runtime import admin
from processors.runtime.broker.server import find_all
from processors.runtime.cli import run
from processors.runtime.faults import Exit
from processors.runtime.settings import Settings
from tests.chaos.brokers import GROUP, TRANSACTION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.brokers import Brokers

INTERNAL = ("__consumer_offsets", "__transaction_state")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of the test's own."""
    monkeypatch.delenv("LOYALTY_BROKER", raising=False)
    monkeypatch.setenv("LOYALTY_HOME", str(tmp_path))
    return tmp_path / "broker"


def test_three_brokers_are_started_found_and_stopped(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The addresses of all are printed, below the ports of clients; data outlives a stop."""
    try:
        assert run(["broker", "start", "--nodes", "3", "--json"]) == Exit.DONE
        said = json.loads(capsys.readouterr().out)["broker"]
        ports = {int(address.rpartition(":")[2]) for address in said.split(",")}
        assert len(ports) == 3
        assert max(ports) < 32768
        assert run(["topics", "apply"]) == Exit.DONE
        assert run(["broker", "stop"]) == Exit.DONE
        assert find_all(home) == ()
        assert run(["broker", "status"]) == Exit.UNREACHABLE
        capsys.readouterr()
        assert run(["broker", "start", "--json"]) == Exit.DONE
        assert json.loads(capsys.readouterr().out)["broker"] == said
        assert run(["topics", "plan"]) == Exit.DONE
    finally:
        run(["broker", "stop"])


@pytest.mark.usefixtures("home")
def test_data_of_three_is_not_started_as_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of three would have no majority, and say nothing."""
    for number in (1, 2, 3):
        (home / f"node-{number}").mkdir(parents=True)
    assert run(["broker", "start", "--nodes", "1"]) == Exit.USAGE
    assert "--nodes 3" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_no_brokers_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With the numbers that make sense."""
    assert run(["broker", "start", "--nodes", "0"]) == Exit.USAGE
    assert "from 1 to 9" in capsys.readouterr().err


async def test_all_topics_have_three_replicas(whole: Brokers, prefix: str) -> None:
    """Ours and the broker's own; two of them must have what is acknowledged."""
    settings = Settings(broker=whole.address(), input_prefix=prefix, output_prefix=prefix)
    await admin.apply(settings)
    assert {plan.replicas for plan in await admin.plan(settings)} == {3}
    await _used(settings)
    async with admin.admin(settings) as client:
        for topic in await client.describe_topics([settings.names.of("ledger"), *INTERNAL]):
            assert {len(one["replicas"]) for one in topic["partitions"]} == {3}
        names = [settings.names.of("ledger"), *INTERNAL]
        configs = await admin.configs(client, names)
    assert {configs[name]["min.insync.replicas"] for name in names} == {"2"}


async def _used(settings: Settings) -> None:
    """A transaction and a group, so that the broker has made its own topics."""
    ledger = settings.names.of("ledger")
    producer = AIOKafkaProducer(bootstrap_servers=settings.broker, transactional_id="used")
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(ledger, b"x")
    finally:
        await producer.stop()
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.broker, group_id="used")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(ledger, 0)])
        await consumer.commit({TopicPartition(ledger, 0): 0})
    finally:
        await consumer.stop()


def test_who_leads_can_be_told(whole: Brokers, prefix: str) -> None:
    """Leaders, coordinators and the controller are brokers of the cluster, by every lane."""
    settings = Settings(broker=whole.address("WORKER1"), output_prefix=prefix, input_prefix=prefix)
    asyncio.run(admin.apply(settings))
    ledger = settings.names.of("ledger")
    found = [asyncio.run(whole.leader(settings, ledger, number)) for number in range(6)]
    found += [
        asyncio.run(whole.coordinator(settings, "any", kind)) for kind in (GROUP, TRANSACTION)
    ]
    found.append(whole.controller())
    assert set(found) <= {0, 1, 2}
