"""Health and metrics pages on the web server that Faust brings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from aiohttp.web import SockSite
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

if TYPE_CHECKING:
    from socket import socket

    from processors.runtime.app import LedgerApp
    from processors.runtime.transport import LedgerConsumer

STALE_SECONDS = 30.0
"""A consumer that has not asked for records for so long hangs."""


def alive(app: LedgerApp) -> dict[str, bool]:
    """Each check of liveness. That somebody answers says that the loop turns.

    Where the flow of records is held up, by a rebalance or a broker that is away, nobody polls:
    a restart would mend nothing.
    """
    consumer = cast("LedgerConsumer", app.consumer)
    idle = time.monotonic() - consumer.polled_at
    return {
        "healthy": app.owner.failed is None,
        "polling": not consumer.flow_active or idle < STALE_SECONDS,
    }


def checks(app: LedgerApp) -> dict[str, bool]:
    """Each check of readiness, by name. None of them depends on lag."""
    owner = app.owner
    return {
        "assigned": bool(owner.owned),
        "recovered": owner.recovered_once and not owner.turning.locked(),
        "producing": not owner.reclaiming,
        "healthy": owner.failed is None,
        "running": not owner.stopping,
    }


def add_pages(app: LedgerApp) -> None:
    """Register the pages. Faust's own pages of agents and tables stay off, by its settings."""
    started = time.monotonic()

    async def livez(web: Any, request: Any) -> Any:
        del request
        return _told(web, alive(app))

    async def readyz(web: Any, request: Any) -> Any:
        del request
        return _told(web, checks(app))

    async def startupz(web: Any, request: Any) -> Any:
        del request
        return _told(web, {"recovered": app.owner.recovered_once})

    async def healthz(web: Any, request: Any) -> Any:
        del request
        said = (
            alive(app)
            | checks(app)
            | {
                "partitions": sorted(app.owner.owned),
                "up_seconds": round(time.monotonic() - started),
            }
        )
        return web.json(said)

    async def metrics(web: Any, request: Any) -> Any:
        del request
        body = generate_latest(app.owner.telemetry.registry)
        return web.bytes(body, content_type=CONTENT_TYPE_LATEST.partition(";")[0])

    for path, page in (
        ("/livez", livez),
        ("/readyz", readyz),
        ("/startupz", startupz),
        ("/healthz", healthz),
        ("/metrics", metrics),
    ):
        app.page(path, name=path[1:])(page)


def serve_on(app: LedgerApp, listening: socket) -> None:
    """Serve the pages on a socket that is ours already, so nobody can take the port meanwhile."""
    web = cast("Any", app.web)
    web._transport_handlers["tcp"] = lambda: SockSite(web._runner, listening)  # noqa: SLF001 - no setting does it


def _told(web: Any, found: dict[str, bool]) -> Any:
    return web.json(found, status=200 if all(found.values()) else 503)
