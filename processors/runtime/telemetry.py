"""What a worker tells of itself: Prometheus metrics, and log lines that are few.

Names follow the field's habits: base units, `_total` for counters, no member as a label. `source`
is the topic that an input came from.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

from schemas.export import schema_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.partition import Batch, Fetched
    from processors.partition.tally import Rejected, Tally
    from processors.programs.compiled import Program

log = structlog.get_logger("worker")
SUMMARY_SECONDS = 10.0
OF_A_RUN = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
OF_AN_EVENT = (0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.1)
OF_WAITING = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300, 3600, 86_400)


class Telemetry:
    """Counts and times of one worker."""

    def __init__(self, program: Program) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # its module is typed else
        self.registry = r = CollectorRegistry()
        self.scales = {u: unit.scale for v in program.versions for u, unit in v.units.items()}
        self.events = Counter(
            "loyalty_events", "Inputs decided", ["source", "type", "outcome"], registry=r
        )
        self.points = Counter(
            "loyalty_points", "Points moved, by kind of entry", ["unit", "kind"], registry=r
        )
        self.settled = Counter("loyalty_settled_events", "Parked inputs settled", registry=r)
        self.skipped = Counter("loyalty_skipped_records", "Records folded before", registry=r)
        self.miskeyed = Counter(
            "loyalty_miskeyed_records", "Records on a wrong partition", registry=r
        )
        self.dead = Counter(
            "loyalty_dlq_records", "Inputs that could not be read", ["source", "reason"], registry=r
        )
        self.doubts = Counter("loyalty_writer_doubts", "Batches of unknown fate", registry=r)
        self.broken = Counter(
            "loyalty_invariant_violations", "Invariants that did not hold", registry=r
        )
        self.apply_seconds = Histogram(
            "loyalty_event_apply_seconds", "Fold per event, by run", buckets=OF_AN_EVENT, registry=r
        )
        self.age_seconds = Histogram(
            "loyalty_event_age_seconds",
            "Age of a run's oldest record when it was committed",
            buckets=OF_WAITING,
            registry=r,
        )
        self.fold_seconds = Histogram(
            "loyalty_run_fold_seconds", "Folding one run", buckets=OF_A_RUN, registry=r
        )
        self.append_seconds = Histogram(
            "loyalty_run_append_seconds", "Committing one run", buckets=OF_A_RUN, registry=r
        )
        self.rebalance_seconds = Histogram(
            "loyalty_rebalance_seconds", "Taking partitions over", buckets=OF_WAITING, registry=r
        )
        self.restore = Gauge(
            "loyalty_state_restore_seconds", "Last recovery", ["partition"], registry=r
        )
        self.owned = Gauge("loyalty_partitions_owned", "Partitions of this worker", registry=r)
        built = {
            "version": version("loyalty-ledger"),
            "program": program.id,
            "program_version": program.versions[-1].hash,
            "schema_hash": schema_hash(),
        }
        Gauge("loyalty_build_info", "What runs", list(built), registry=r).labels(**built).set(1)
        self.total = 0
        self.progress_at = time.monotonic()
        self._said = time.monotonic()
        self._since = 0

    @contextmanager
    def folding(self, records: int) -> Iterator[None]:
        """Time one fold of so many records."""
        began = time.perf_counter()
        yield
        took = time.perf_counter() - began
        self.fold_seconds.observe(took)
        self.apply_seconds.observe(took / records)

    @contextmanager
    def appending(self) -> Iterator[None]:
        """Time one commit."""
        with self.append_seconds.time():
            yield

    def folded(self, batch: Batch, run: Sequence[Fetched] = ()) -> None:
        """A batch was committed: of a run, or of nothing but time that passed."""
        self.progress_at = time.monotonic()
        self._count(batch.tally)
        self.skipped.inc(batch.skipped)
        self.miskeyed.inc(batch.mis_keyed)
        if run:
            self.age_seconds.observe(max(0.0, age(run[0].timestamp)))
        self.total += len(batch)
        for rejected in batch.tally.rejected:
            tell(rejected)
        self._summary()

    def _count(self, tally: Tally) -> None:
        for event, count in tally.events.items():
            self.events.labels(*event).inc(count)
        for (unit, kind), amount in tally.points.items():
            self.points.labels(unit, kind).inc(amount / 10 ** self.scales.get(unit, 0))
        for rejected in tally.rejected:
            if rejected.outcome == "dead_lettered":
                self.dead.labels(rejected.at.topic, rejected.reason).inc()
        self.settled.inc(tally.settled)

    def _summary(self) -> None:
        now = time.monotonic()
        if now - self._said >= SUMMARY_SECONDS:
            rate = (self.total - self._since) / (now - self._said)
            log.info("folded", records=self.total, per_second=round(rate))
            self._said, self._since = now, self.total

    def doubted(self) -> None:
        """A batch's fate is not known."""
        self.doubts.inc()

    def violated(self) -> None:
        """An invariant did not hold, and the worker stops."""
        self.broken.inc()

    def assigned(self, partitions: Sequence[int], seconds: float) -> None:
        """These partitions are ours; it took so long to let go and take over."""
        self.progress_at = time.monotonic()
        self.rebalance_seconds.observe(seconds)
        self.owned.set(len(partitions))
        log.info("assigned", partitions=list(partitions))

    def recovered(self, partition: int, seconds: float) -> None:
        """A partition was brought back."""
        self.progress_at = time.monotonic()
        self.restore.labels(str(partition)).set(seconds)


def age(timestamp: int) -> float:
    """Seconds since a record's timestamp, which is in milliseconds."""
    return time.time() - timestamp / 1000  # noqa: TID251 - telemetry


def tell(rejected: Rejected) -> None:
    """One line for an input that was not taken. Of what could not be read, only where it lies."""
    at = rejected.at
    log.warning(
        rejected.outcome,
        topic=at.topic,
        partition=at.partition,
        offset=at.offset,
        event_id=rejected.event_id,
        event_type=rejected.event_type,
        reason=rejected.reason,
    )
