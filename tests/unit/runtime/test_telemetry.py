"""What is measured is written down, and what is written down is measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

from processors.engine import engine_of
from processors.partition import Fetched
from processors.partition.dead_letters import TOO_EARLY, dead_letter
from processors.programs.load import load
from processors.runtime.letters import stamped
from processors.runtime.merge import Waiting
from processors.runtime.owned import Owned
from processors.runtime.settings import Settings
from processors.runtime.standing import Standing
from processors.runtime.telemetry import Telemetry
from processors.runtime.writer import PartitionWriter
from processors.topology import Topology
from tests.kafka.workers import purchases

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


def exported(telemetry: Telemetry) -> set[str]:
    """Names as Prometheus reads them."""
    metrics = [*telemetry.registry.collect(), *Standing({}).collect()]
    return {
        f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in metrics
    } | {"loyalty_build_info"}


def test_every_metric_is_in_the_page_and_no_other() -> None:
    """Operators build on these names."""
    assert set(re.findall(r"`(loyalty_\w+)", PAGE)) == exported(Telemetry(load("starter")))


def test_every_header_of_a_dead_letter_is_in_the_page() -> None:
    """Tools read them by name."""
    fetched = Fetched("t", 0, 0, 0, b"k", b"x" * 9_000_000, [])
    letter = stamped(dead_letter(fetched, TOO_EARLY, "v1"))
    named = set(re.findall(r"`((?:loyalty\.dlq|__streams\.errors)\.\w+)`", PAGE))
    named |= {f"__streams.errors{part}" for part in re.findall(r"`(\.\w+)`", PAGE)}
    assert {name for name, _ in letter.headers} <= named


async def parked(topology: Topology) -> int:
    """How many inputs wait, as the metric of a worker that owns the topology says it."""
    settings = Settings(partitions=topology.count)
    owned = {
        partition.number: Owned(
            partition, PartitionWriter(settings, partition.number), Waiting({}, {})
        )
        for partition in topology.partitions
    }
    families = {one.name: one for one in Standing(owned).collect()}
    for one in owned.values():
        await one.writer.stop()
    return int(sum(sample.value for sample in families["loyalty_parked_events"].samples))


async def test_parked_inputs_are_counted_over_restarts() -> None:
    """A refund waits for its order: until it comes, and in a partition that was brought back."""
    topology = Topology(engine_of(load("starter"), 1), 1)
    order = purchases(Settings(partitions=1), 1)[0]
    topology.now = order.timestamp * 1000
    body = json.loads(order.value or b"")
    back = {"refund_id": "R1", "order_id": body["data"]["order_id"], "amount_minor": 100}
    refund = body | {"id": "r", "type": "commerce.purchase.refunded.v1", "data": back}
    for value, waits in ((json.dumps(refund).encode(), 1), (order.value, 0)):
        topology.send("orders", order.key, value, order.headers)
        topology.pump()
        assert await parked(topology) == waits
        topology.restart(0)
        assert await parked(topology) == waits
