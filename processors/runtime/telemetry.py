"""What a worker tells of itself: Prometheus metrics, and one log line every few seconds."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.partition import Batch, Fetched

log = structlog.get_logger("worker")
SUMMARY_SECONDS = 10.0
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Telemetry:
    """Counts and times. No member id is ever a label."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.events = Counter("loyalty_events", "Inputs decided", ["outcome"], registry=r)
        self.skipped = Counter("loyalty_skipped_records", "Records folded before", registry=r)
        self.miskeyed = Counter(
            "loyalty_miskeyed_records", "Records on a wrong partition", registry=r
        )
        self.dead = Counter("loyalty_dlq_records", "Inputs that could not be read", registry=r)
        self.doubts = Counter("loyalty_writer_doubts", "Batches of unknown fate", registry=r)
        self.fold_seconds = Histogram(
            "loyalty_run_fold_seconds", "Folding one run", buckets=BUCKETS, registry=r
        )
        self.append_seconds = Histogram(
            "loyalty_run_append_seconds", "Committing one run", buckets=BUCKETS, registry=r
        )
        self.lag = Gauge("loyalty_time_lag_seconds", "Age of what was last folded", registry=r)
        self.restore = Gauge(
            "loyalty_state_restore_seconds", "Last recovery", ["partition"], registry=r
        )
        self.owned = Gauge("loyalty_partitions_owned", "Partitions of this worker", registry=r)
        self.total = 0
        self.progress_at = time.monotonic()
        self._said = time.monotonic()
        self._since = 0

    @contextmanager
    def folding(self, records: int) -> Iterator[None]:
        """Time one fold."""
        del records
        with self.fold_seconds.time():
            yield

    @contextmanager
    def appending(self) -> Iterator[None]:
        """Time one commit."""
        with self.append_seconds.time():
            yield

    def folded(self, batch: Batch, run: Sequence[Fetched]) -> None:
        """A run was committed."""
        self.progress_at = time.monotonic()
        for outcome, count in batch.outcomes.items():
            self.events.labels(outcome).inc(count)
            if outcome == "dead_lettered":
                self.dead.inc(count)
        self.skipped.inc(batch.skipped)
        self.miskeyed.inc(batch.mis_keyed)
        self.lag.set(max(0.0, time.time() - run[-1].timestamp / 1000))  # noqa: TID251 - telemetry
        self.total += len(batch)
        self._summary()

    def _summary(self) -> None:
        now = time.monotonic()
        if now - self._said >= SUMMARY_SECONDS:
            rate = (self.total - self._since) / (now - self._said)
            log.info("folded", records=self.total, per_second=round(rate))
            self._said, self._since = now, self.total

    def doubted(self) -> None:
        """A batch's fate is not known."""
        self.doubts.inc()

    def assigned(self, partitions: Sequence[int]) -> None:
        """These partitions are ours."""
        self.progress_at = time.monotonic()
        self.owned.set(len(partitions))
        log.info("assigned", partitions=list(partitions))

    def recovered(self, partition: int, seconds: float) -> None:
        """A partition was brought back."""
        self.progress_at = time.monotonic()
        self.restore.labels(str(partition)).set(seconds)
