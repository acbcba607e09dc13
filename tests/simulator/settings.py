"""The settings of simulated workers: everything happens within seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.runtime.settings import Settings
from tests.simulator.network import PORTS

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster
    from tests.simulator.plan import Plan


def settings_of(plan: Plan, cluster: Cluster) -> Settings:
    """As the plan says."""
    return Settings(
        broker=",".join(f"broker-{n}:{PORTS + n}" for n in cluster.brokers),
        partitions=plan.partitions,
        clock="stream",
        run_records=plan.run_records,
        waiting_records=plan.waiting_records,
        cached_accounts=plan.cached_accounts,
        lag_records=3 * plan.run_records,
        session_timeout_seconds=4,
        request_timeout_seconds=3,
        transaction_timeout_seconds=5,
        connect_seconds=8,
        drain_seconds=2,
        watchdog_seconds=25,
        web_port=0,
    ).model_copy(update=dict(plan.options))
