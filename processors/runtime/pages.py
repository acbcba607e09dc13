"""Health and metrics pages on the web server that Faust brings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

if TYPE_CHECKING:
    from processors.runtime.app import LedgerApp

STALE_SECONDS = 30.0


def checks(app: LedgerApp) -> dict[str, bool]:
    """Each check of readiness, by name. None of them depends on lag."""
    owner = app.owner
    return {
        "assigned": bool(owner.owned),
        "recovered": owner.recovered_once and not owner.turning.locked(),
        "healthy": owner.failed is None,
        "running": not owner.stopping,
    }


def add_pages(app: LedgerApp) -> None:
    """Register the pages. Faust's own pages of agents and tables stay off."""
    started = time.monotonic()
    app.conf.web_tables_enabled = False

    async def livez(web: Any, request: Any) -> Any:
        """The loop turns, or nobody would answer."""
        del request
        alive = app.owner.failed is None
        return web.json({"alive": alive}, status=200 if alive else 503)

    async def readyz(web: Any, request: Any) -> Any:
        del request
        found = checks(app)
        return web.json(found, status=200 if all(found.values()) else 503)

    async def startupz(web: Any, request: Any) -> Any:
        del request
        done = app.owner.recovered_once
        return web.json({"recovered": done}, status=200 if done else 503)

    async def healthz(web: Any, request: Any) -> Any:
        del request
        said = checks(app) | {
            "partitions": sorted(app.owner.owned),
            "up_seconds": round(time.monotonic() - started),
        }
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
