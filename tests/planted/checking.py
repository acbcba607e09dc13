"""Defects of the checker: lines that leave it blind for one kind of fault."""

from __future__ import annotations

from tests.planted.core import Defect

FINDINGS = "tests/unit/verify/test_findings.py"
VERIFICATION = "tests/unit/verify/test_verification.py"
VERIFYING = "tests/unit/runtime/test_verifying.py"

CHECKING: tuple[Defect, ...] = (
    Defect(
        "a transfer that was passed over is on its way",
        "processors/verify/transfers.py",
        "if tuple(sent) > highest.get(place.partition, {}).get(str(sender), NOTHING):",
        "if tuple(sent) > NOTHING:",
        FINDINGS,
    ),
    Defect(
        "a trail may lack what a late input needs",
        "processors/verify/snapshots.py",
        "        if lacking:\n",
        "        if lacking > known:\n",
        FINDINGS,
    ),
    Defect(
        "a dead letter may give any reason",
        "processors/verify/partition.py",
        'WHY = ("hash", "reason", "stage", "path")',
        'WHY = ("hash",)',
        VERIFICATION,
    ),
    Defect(
        "nobody looks for inputs that were passed over",
        "processors/runtime/verifying.py",
        "        await self._look_into(check, check.gaps())\n",
        "",
        VERIFYING,
    ),
    Defect(
        "the last partition is left out",
        "processors/runtime/verifying.py",
        "        for number in range(self.count):\n            check.begin",
        "        for number in range(self.count - 1):\n            check.begin",
        VERIFYING,
    ),
    Defect(
        "a ledger that stands still is judged like one that grows",
        "processors/runtime/verifying.py",
        "            check.end(live=grown)",
        "            check.end(live=True)",
        VERIFYING,
    ),
    Defect(
        "a snapshot that is due later is no fault",
        "processors/verify/snapshots.py",
        "        if due != kept.due:",
        "        if kept.due is None and due is not None:",
        FINDINGS,
    ),
    Defect(
        "the last input may be consumed once more",
        "processors/verify/sources.py",
        "        if source.offset < expected:",
        "        if source.offset < expected - 1:",
        FINDINGS,
    ),
    Defect(
        "keys and headers of outputs are not compared",
        "processors/verify/outputs.py",
        "        parts += (name.encode(), content)\n",
        "        parts += (name.encode(),)\n",
        VERIFICATION,
    ),
    Defect(
        "a record decided without a reason is the same",
        "processors/verify/deciding.py",
        "if before.get(name) != after.get(name))",
        'if name != "why" and before.get(name) != after.get(name))',
        "tests/unit/verify/test_otherwise.py",
    ),
)
"""One row for each."""
