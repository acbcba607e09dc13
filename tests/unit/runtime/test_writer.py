"""Whom a writer fences: whoever wrote the same partition of the same ledger, and nobody else."""

from __future__ import annotations

import asyncio

import pytest

from processors.partition import Batch
from processors.runtime.settings import Settings
from processors.runtime.writer import Doubt, PartitionWriter


async def transactional_id(partition: int, **settings: str) -> str:
    """Under which a writer of that partition is known to brokers."""
    writer = PartitionWriter(Settings.model_validate(settings), partition)
    await writer.stop()
    return str(writer.producer._txn_manager.transactional_id)


async def test_each_partition_of_each_ledger_has_a_writer_of_its_own() -> None:
    """Ledgers under other prefixes, and other applications, share brokers in peace."""
    ids = [
        await transactional_id(0),
        await transactional_id(1),
        await transactional_id(0, output_prefix="test."),
        await transactional_id(0, app_id="other"),
    ]
    assert len(set(ids)) == len(ids)


async def test_a_successor_has_the_id_of_who_wrote_before() -> None:
    """Wherever it runs: so starting it fences the one before."""
    before, after = await transactional_id(3), await transactional_id(3, broker="elsewhere:1")
    assert before == after


class Unanswered(PartitionWriter):
    """Nothing is ever heard of what it sends."""

    async def _append(self, batch: Batch) -> None:
        del batch
        await asyncio.Event().wait()


async def test_no_answer_in_time_is_doubt() -> None:
    """It may have been committed, or not."""
    writer = Unanswered(Settings(request_timeout_seconds=0.01), 0)
    with pytest.raises(Doubt, match="TimeoutError"):
        await writer.append(Batch(0))
    await writer.stop()
