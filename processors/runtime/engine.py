"""The engine that a deployment decides with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.engine import engine_of

if TYPE_CHECKING:
    from processors.partition import Engine
    from processors.programs.compiled import Program
    from processors.runtime.settings import Settings


def engine_by(settings: Settings, program: Program) -> Engine:
    """The engine of a program, as the settings say."""
    return engine_of(
        program,
        settings.partitions,
        transfers_topic=settings.names.of("transfers"),
        alias_secret=settings.alias_secret.get_secret_value().encode(),
        ahead=int(settings.future_limit_seconds * 1_000_000),
    )
