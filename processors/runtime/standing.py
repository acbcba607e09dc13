"""What is so at the moment that somebody asks: gauges read from the partitions themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from processors.runtime.telemetry import age

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from processors.runtime.owned import Owned


class Standing(Collector):
    """Lag by time, and inputs that are parked."""

    def __init__(self, owned: Mapping[int, Owned]) -> None:
        self.owned = owned

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Alert on the lag: it is 0 where nothing waits, however long that lasts."""
        lag = GaugeMetricFamily(
            "loyalty_time_lag_seconds", "Age of what waits longest", labels=["topic", "partition"]
        )
        parked = GaugeMetricFamily(
            "loyalty_parked_events", "Inputs that wait for another", labels=["partition"]
        )
        for number, owned in self.owned.items():
            for topic, buffer in owned.waiting.buffers.items():
                waits = max(0.0, age(buffer[0].timestamp)) if buffer else 0.0
                lag.add_metric([topic, str(number)], waits)
            parked.add_metric([str(number)], sum(owned.partition.store.parked.values()))
        yield lag
        yield parked

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing beforehand: which partitions are ours is not known yet."""
        return []
