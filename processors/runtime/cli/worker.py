"""`loyalty worker`: one worker process. Several of them share the partitions."""

from __future__ import annotations

from processors.runtime.settings import Settings
from processors.runtime.worker import run_worker


def worker() -> int:
    """Run one worker until SIGTERM. Start several to share the partitions; one per core is right.

    Logs are JSON lines on stdout. LOYALTY_WEB_PORT serves /livez, /readyz and /metrics.
    """
    return run_worker(Settings())
