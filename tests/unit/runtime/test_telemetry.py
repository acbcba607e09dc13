"""What is measured is written down, and what is written down is measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

from structlog.testing import capture_logs

from processors.engine import engine_of
from processors.partition import Fetched, Partition
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
from tests.driver.traffic import DAY, START, STRUCTURED, cloud_event
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


def test_what_is_not_taken_is_counted_and_told_once() -> None:
    """Where it lies and why, for whoever looks into it; what it says is not for logs.

    Given an order, the same id with another amount, and something that is no event at all.
    """
    engine = engine_of(load("starter"), 1)
    telemetry = Telemetry(engine.program)
    order, *_ = purchases(Settings(partitions=1), 1)
    value = order.value or b""
    changed = json.loads(value)
    changed["data"]["order_id"] = "another"
    values = [value, json.dumps(changed).encode(), b"{ann@example.org"]
    run = [
        Fetched("orders", 0, place, order.timestamp, b"k", content, order.headers)
        for place, content in enumerate(values)
    ]
    with capture_logs() as told:
        telemetry.folded(Partition(engine, 0, 1).fold(run), run)
    warned = [(one["event"], one["offset"], one["reason"], one["event_id"]) for one in told]
    assert warned == [
        ("conflicting", 1, "conflicting", changed["id"]),
        ("dead_lettered", 2, "invalid_json", ""),
    ]
    assert "ann" not in str(told)
    unread = {"source": "orders", "reason": "invalid_json"}
    assert telemetry.registry.get_sample_value("loyalty_dlq_records_total", unread) == 1


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


async def test_nothing_waits_in_a_member_who_was_erased() -> None:
    """What waited is given up with him, and the figure says so at once."""
    topology = Topology(engine_of(load("starter"), 1), 1)
    topology.now = START
    back = {"refund_id": "R1", "order_id": "unknown", "amount_minor": 100}
    for kind, data, waits in (
        ("commerce.purchase.refunded.v1", back, 1),
        ("loyalty.member.erased.v1", {}, 0),
    ):
        topology.now += DAY
        value = cloud_event(kind, kind, "ann", topology.now, data)
        topology.send("orders", b"ann", value, STRUCTURED)
        topology.pump()
        assert await parked(topology) == waits
