"""Defects around the core, in what owns partitions, reads and writes: lines as well."""

from __future__ import annotations

from tests.planted.core import Defect

SCENARIOS = "tests/simulator/test_scenarios.py::test_"
BROKERS = "tests/simulator/test_brokers.py::test_"
OWNER = "tests/unit/runtime/test_owner.py"
HISTORIES = "tests/simulator/test_histories.py"
SETTLING = "tests/unit/partition/test_settling.py"
TELEMETRY = "tests/unit/runtime/test_telemetry.py"

AROUND: tuple[Defect, ...] = (
    Defect(
        "nothing is published again",
        "processors/runtime/owned.py",
        "            await writer.append(missing)\n",
        "            pass\n",
        f"{BROKERS}what_the_last_run_published_is_lost",
    ),
    Defect(
        "what rule code fails at stays half done",
        "processors/runtime/owner.py",
        "                await self._doubt(owned, str(found))\n",
        "",
        "tests/simulator/test_undecidable.py",
    ),
    Defect(
        "a partition is taken back from its next owner",
        "processors/runtime/owner.py",
        "self.owned.get(number) is owned and not self.stopping and thread is not None:\n"
        "                del self.owned[number]\n",
        "not self.stopping and thread is not None:\n                self.owned.pop(number, None)\n",
        f"{SCENARIOS}a_partition_moves_on_while_it_is_taken_back",
    ),
    Defect(
        "what was opened too late is kept",
        "processors/runtime/owner.py",
        "            began = time.monotonic()\n"
        "            await self.let_go(set(self.owned) - wanted)\n",
        "            began = time.monotonic()\n",
        f"{SCENARIOS}a_partition_moves_on_while_it_is_taken_back",
    ),
    Defect(
        "a run that lacks its history is dropped",
        "processors/runtime/owner.py",
        "                    await self._doubt(owned, repr(error))\n",
        "                    log.warning('no history', reason=repr(error))\n",
        OWNER,
    ),
    Defect(
        "the clock overtakes what waits",
        "processors/runtime/owner.py",
        "self.clock.until(owned.waiting.oldest())",
        "self.clock.until(None)",
        OWNER,
    ),
    Defect(
        "who waited for a turn folds what is not his",
        "processors/runtime/owned.py",
        "ours = held.get(number) is self\n",
        "ours = True\n",
        OWNER,
    ),
    Defect(
        "ledgers under two prefixes fence each other",
        "processors/runtime/writer.py",
        'transactional_id=f"{settings.output_prefix}{settings.app_id}-{partition}"',
        'transactional_id=f"{settings.app_id}-{partition}"',
        "tests/unit/runtime/test_writer.py",
    ),
    Defect(
        "the record that finds a batch full is lost",
        "processors/runtime/writer.py",
        "                if not put(batch, record):\n                    raise",
        "                if batch is None:\n                    raise",
        f"{SCENARIOS}runs_that_exceed_a_batch_are_sent_in_several",
    ),
    Defect(
        "a whole history ends one record early",
        "processors/runtime/history.py",
        "while position <= until:",
        "while position < until:",
        HISTORIES,
    ),
    Defect(
        "a history has what continues no chain",
        "processors/runtime/history.py",
        "own = chain.take(record.value) and name in found",
        "own = name in found",
        HISTORIES,
    ),
    Defect(
        "another program's days are not entered",
        "processors/runtime/owned.py",
        "            await writer.append(batch)\n",
        "",
        "tests/simulator/test_upgrades.py",
    ),
    Defect(
        "what is taken back is taken over beside that",
        "processors/runtime/owner.py",
        "        await asyncio.sleep(RECLAIM_SECONDS)\n        async with self.turning:\n",
        "        await asyncio.sleep(RECLAIM_SECONDS)\n        if self.turning:\n",
        OWNER,
    ),
    Defect(
        "where the ledger stood is not compared",
        "processors/runtime/writer.py",
        "if lies.topic == ledger and lies.offset != predicted:",
        "if False:",
        f"{SCENARIOS}a_zombie_that_nobody_fenced_is_passed_over",
    ),
    Defect(
        "snapshots of the idle stay behind",
        "processors/runtime/owned.py",
        "return seq if idle else self._marks[0]",
        "return self._marks[0]",
        "tests/simulator/test_saving.py",
    ),
    Defect(
        "a dead letter does not say when it was written",
        "processors/runtime/writer.py",
        "[stamped(one) for one in outgoing] if role == DEAD_LETTERS else outgoing",
        "outgoing",
        f"{SCENARIOS}dead_letters_cannot_be_written",
    ),
    Defect(
        "of what is not taken nothing is said",
        "processors/runtime/telemetry.py",
        "            tell(rejected)\n",
        "            pass\n",
        TELEMETRY,
    ),
    Defect(
        "what goes along with a late merge is settled here as well",
        "processors/late/decide.py",
        "            gone -= contents(effect.data).parked.keys()\n",
        "            pass\n",
        SETTLING,
    ),
    Defect(
        "what retention left is passed over",
        "processors/runtime/thread.py",
        'auto_offset_reset="earliest"',
        'auto_offset_reset="latest"',
        f"{BROKERS}retention_is_faster_than_a_worker_that_runs",
    ),
    Defect(
        "equal times go by offset",
        "processors/runtime/merge.py",
        "return record.timestamp, record.topic, record.offset",
        'return record.timestamp, "", record.offset',
        "tests/unit/runtime/test_waiting.py",
    ),
    Defect(
        "a log is known as of its answer",
        "processors/runtime/thread.py",
        "        response = await send(node, request, **options)\n",
        "        response = await send(node, request, **options)\n        at = time.monotonic()\n",
        "tests/unit/runtime/test_thread.py",
    ),
    Defect(
        "an answer that was dropped is believed",
        "processors/runtime/thread.py",
        "now is standing and _stands_at(now, wanted[topic, number])",
        "True",
        "tests/unit/runtime/test_thread.py",
    ),
    Defect(
        "a sleep of our own is a broker's silence",
        "processors/runtime/merge.py",
        "min(self.newest - before, STEP_SECONDS) if silent",
        "(self.newest - before) if silent",
        "tests/unit/runtime/test_waiting.py",
    ),
    Defect(
        "the clock overtakes what is not fetched yet",
        "processors/runtime/owner.py",
        "        if owned.waiting.missing():\n            return True\n        until",
        "        until",
        "tests/simulator/test_clocks.py",
    ),
    Defect(
        "the clock is held back by one topic alone",
        "processors/runtime/merge.py",
        "        return min(\n            (buffer[0].timestamp",
        "        return max(\n            (buffer[0].timestamp",
        "tests/unit/runtime/test_waiting.py",
    ),
    Defect(
        "only where a run begins is looked at",
        "processors/runtime/writer.py",
        "if lies.topic == ledger and lies.offset != predicted:",
        "if lies.topic == ledger and not before and lies.offset != predicted:",
        "tests/simulator/test_two_applications.py",
    ),
    Defect(
        "a doubt names members",
        "processors/runtime/owner.py",
        'log.warning("doubt", partition=number, reason=reason)',
        'log.warning("doubt", accounts=sorted(owned.partition.store.due), reason=reason)',
        "tests/simulator/test_silence.py",
    ),
    Defect(
        "what is not committed is waited for",
        "processors/runtime/thread.py",
        "end = -1 if standing.lso is None else standing.lso",
        "end = -1 if standing.highwater is None else standing.highwater",
        "tests/simulator/test_open_transactions.py",
    ),
)
"""One row for each."""
