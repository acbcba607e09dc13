"""JSON lines on standard output. No personal data: neither events nor member ids are logged."""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict

QUIET = ("aiokafka", "faust", "mode", "aiohttp", "asyncio", "processors")
"""Who says much. Faust logs a service under the module of its class, and some of these are ours."""
SERVICE = {"service.name": "loyalty-ledger", "service.version": version("loyalty-ledger")}


def set_up_logs(level: str) -> None:
    """Our lines and those of the libraries, as JSON."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _in_order,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _in_order(_logger: object, _method: str, line: EventDict) -> EventDict:
    """When, how bad, what and who come first; what the line adds follows."""
    first = {name: line.pop(name) for name in ("ts", "level", "event") if name in line}
    return {**first, **SERVICE, **line}
