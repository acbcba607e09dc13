"""One preloaded input, folded in other runs, by other numbers of workers: one result."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import msgspec

from tests.demo.checking import find
from tests.demo.sending import send
from tests.faults import fault
from tests.kafka.workers import Deployment, deployed, eventually
from tests.story.story import Story

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.ledger import LedgerRecord

EVENTS = 1_200
AT_ONCE = 100_000
ENCODER = msgspec.json.Encoder()


def folded(book: Deployment, story: Story, workers: int, **settings: str) -> list[LedgerRecord]:
    """The ledger, once all of the story and all transfers are in it."""
    asyncio.run(send(book.settings, story.records, AT_ONCE, lambda _count: None))
    for _ in range(workers):
        book.start(**settings)

    def done() -> bool:
        found = asyncio.run(find(book.settings))
        transfers = book.settings.names.of("transfers")
        arrived = sum(source[0] == transfers for source in found.sources)
        return arrived >= found.transfers and len(found.sources) - arrived >= len(story.records)

    eventually(done)
    return book.decided()


def balances(book: Deployment) -> dict[str, Any]:
    """What the balances topic says of every member in the end, without its envelope."""
    latest: dict[str, Any] = {}
    for records in book.ledger("balances").values():
        for record in records:
            data = json.loads(record.value or b"{}")
            units = {
                unit: {name: value for name, value in amounts.items() if name != "delta_available"}
                for unit, amounts in data["balances"].items()
            }
            latest[(record.key or b"").decode()] = (units, data["tiers"])
    return latest


def untouched(records: list[LedgerRecord], prefix: str) -> dict[str, list[bytes]]:
    """Records, byte for byte, of accounts that no transfer touched; the chain apart."""
    touched = {one.account for one in records if one.transfer is not None or one.effects}
    found: dict[str, list[bytes]] = {}
    for one in records:
        if one.account is not None and one.account not in touched:
            plain = msgspec.structs.replace(one, seq=0, prev="")
            value = ENCODER.encode(plain).replace(prefix.encode(), b"")
            found.setdefault(one.account, []).append(value)
    return found


@fault("F42", checks="D3")
@fault("F64", checks="D3")
@fault("F73", checks="D3")
def test_neither_runs_nor_workers_nor_the_hash_seed_decide_anything(
    kafka: str, prefix: str, tmp_path: Path
) -> None:
    """Runs of 7 by one worker, runs of 2,000 by three: the same balances, and the same records."""
    story = Story(9, events=EVENTS, members=200)
    ledgers, ends = [], []
    for name, workers, run in (("one", 1, "7"), ("three", 3, "2000")):
        home = tmp_path / name
        home.mkdir()
        own = f"{prefix}{name}."
        with deployed(kafka, own, home) as book:
            settings = {"LOYALTY_RUN_RECORDS": run, "PYTHONHASHSEED": str(workers)}
            ledgers.append(untouched(folded(book, story, workers, **settings), own))
            ends.append(balances(book))
    assert len(ledgers[0]) > 50
    assert ledgers[0] == ledgers[1]
    assert ends[0] == ends[1]
