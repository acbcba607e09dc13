"""Defects of what a partition saves, and of how it comes back from it."""

from __future__ import annotations

from tests.planted.core import Defect

BROKERS = "tests/simulator/test_brokers.py::test_"
ERASURE = "tests/properties/test_erasure.py"
PAST = "tests/unit/partition/test_past.py"
TELEMETRY = "tests/unit/runtime/test_telemetry.py"

RECOVERING: tuple[Defect, ...] = (
    Defect(
        "what recovery makes anew is saved last",
        "processors/partition/writer.py",
        "self.batch.outgoing[SNAPSHOTS][:0] = self.owed",
        "self.batch.outgoing[SNAPSHOTS].extend(self.owed)",
        "tests/properties/test_lateness.py",
    ),
    Defect(
        "who is erased leaves checkpoints",
        "processors/partition/writer.py",
        "                self.snapshot(checkpoint_key(slot, name), None, ())",
        "                pass",
        ERASURE,
    ),
    Defect(
        "who is erased is remembered",
        "processors/partition/writer.py",
        "        self.histories.forget(name)\n",
        "",
        ERASURE,
    ),
    Defect(
        "a head is not compared with the ledger",
        "processors/partition/recovery.py",
        "chain.prev != recovering.head_prev",
        "chain.prev == ''",
        "tests/unit/partition/test_recovery.py",
    ),
    Defect(
        "all is published again",
        "processors/runtime/recovery.py",
        "if (role, _id_of(outgoing.headers)) not in there:",
        "if True:",
        f"{BROKERS}what_the_last_run_published_is_lost",
    ),
    Defect(
        "what rule code fails at stays in the account",
        "processors/partition/undecidable.py",
        "        store.drop(name)\n",
        "",
        "tests/unit/partition/test_undecidable.py",
    ),
    Defect(
        "points in transit are set aside",
        "processors/partition/undecidable.py",
        "fetched.topic != transfers_topic or",
        "fetched.topic or",
        "tests/unit/partition/test_undecidable.py",
    ),
    Defect(
        "who is erased still waits",
        "processors/partition/writer.py",
        "        store.mark_parked(name, len(waiting))\n"
        "        if account.profile.erased:\n"
        "            return self.forget(name)\n",
        "        if account.profile.erased:\n"
        "            return self.forget(name)\n"
        "        store.mark_parked(name, len(waiting))\n",
        TELEMETRY,
    ),
    Defect(
        "what a late event has told is told again by the next",
        "processors/partition/past.py",
        "            self.reaching.append(Reach(at, self.first + len(self.times), until))\n",
        "            pass\n",
        PAST,
    ),
    Defect(
        "each late event decides again what the one before did",
        "processors/partition/writer.py",
        "placed = history is not None and answer.passed is not None",
        "placed = False",
        PAST,
    ),
    Defect(
        "a checkpoint holds what is ahead of it",
        "processors/partition/histories.py",
        "enough and not trail.ahead:",
        "enough:",
        PAST,
    ),
    Defect(
        "a balance that was compacted comes back",
        "processors/runtime/recovery.py",
        "if outgoing.key not in replaced or role != BALANCES:",
        "if role in OUTPUTS:",
        "tests/simulator/test_taking.py",
    ),
    Defect(
        "a notice that grew too old is told again",
        "processors/runtime/recovery.py",
        "return most_ms == FOR_EVER or age_ms < most_ms",
        "return most_ms == FOR_EVER or age_ms > 0",
        "tests/simulator/test_taking.py",
    ),
    Defect(
        "what a stranger wrote is published",
        "processors/runtime/recovery.py",
        "if chain is None or not chain.take(record.value):",
        "if chain is None:",
        "tests/simulator/test_strangers.py",
    ),
    Defect(
        "a repeat lowers what was heard of its sender",
        "processors/partition/recovery.py",
        "= max(known, (seq, index))",
        "= (seq, index)",
        "tests/unit/partition/test_once.py",
    ),
)
"""One row for each."""
