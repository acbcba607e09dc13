"""What poisons a partition delays it by a bounded amount: it is looked at once, and that is all.

Nothing here is measured in time. A delay without a bound would be an input that is tried again, a
worker that starts again, or a record that others wait behind; none of that must be there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.partition.records import Fetched
from tests.faults import fault
from tests.kafka.workers import PURCHASE, START, deployed, event
from tests.story.poison import F43, POISON, purchase

if TYPE_CHECKING:
    from pathlib import Path

    from processors.runtime.settings import Settings

HEADERS = (("content-type", b"application/cloudevents+json"),)
ORDERS = 1_200
"""Of one member: more than are kept without a checkpoint."""
MEGABYTE = 1_000_000
DOUBT = "doubt"
"""What a worker says before it throws its state away and decides a run once more."""


def poison() -> list[bytes | None]:
    """A field of a megabyte, deep nesting, huge integers, invalid UTF-8, and all of F43."""
    hostile = [
        purchase(more=f',"market":"{"x" * (MEGABYTE - 400)}"'),
        purchase(more=f',"x":{"[" * 100_000}{"]" * 100_000}'),
        purchase(f'"amount_minor":{"9" * 100_000}'),
        b"\xff" * 100_000,
    ]
    return [*hostile, *POISON.values(), *(value for _, value in F43.values())]


def order(settings: Settings, member: str, name: str, at: int, arrival: int) -> Fetched:
    """An order of business time `at` that arrives later."""
    lines = [{"line_id": "L1", "sku": "A", "amount_minor": 1000}]
    data = {"order_id": name, "currency": "USD", "lines": lines}
    topic = settings.names.of("purchases")
    return event(settings, topic, member, PURCHASE, name, at, data)._replace(timestamp=arrival)


def traffic(settings: Settings) -> list[Fetched]:
    """Orders of one busy member and of others; then poison and late orders among them."""
    topic = settings.names.of("purchases")
    busy = [order(settings, "busy", f"B{n}", at, at) for n, at in spaced(START, ORDERS)]
    now = START + ORDERS * 1000
    sent = list(busy)
    for number, value in enumerate(poison()):
        at = now + number * 1000
        sent.append(Fetched(topic, 0, -1, at, b"k", value, HEADERS))
        sent.append(order(settings, "busy", f"late{number}", START + number * 1000 + 500, at))
        sent.append(order(settings, f"m{number}", f"good{number}", at, at))
    return sent


def spaced(start: int, many: int) -> list[tuple[int, int]]:
    """Numbers, and instants a second apart."""
    return [(number, start + number * 1000) for number in range(many)]


@fault("F43", checks="O1 L3")
@fault("F50", checks="O1 L3")
def test_a_poisoned_record_is_looked_at_once(kafka: str, prefix: str, tmp_path: Path) -> None:
    """One record and one dead letter each, in the order of the log; the good ones are decided."""
    with deployed(kafka, prefix, tmp_path, partitions=1) as book:
        sent = traffic(book.settings)
        book.send(sent[:ORDERS])
        book.start()
        book.wait_for(ORDERS)
        book.stop()
        book.send(sent[ORDERS:])
        worker = book.start()
        book.wait_for(len(sent))
        records = book.decided()
        bad = len(poison())
        outcomes = [record.outcome for record in records[ORDERS:]]
        assert outcomes == ["dead_lettered", "accepted", "accepted"] * bad
        assert [record.source.offset for record in records if record.source] == [*range(len(sent))]
        assert len(book.ledger("dead_letters")[0]) == bad
        assert worker.poll() is None
        assert DOUBT not in {line["event"] for line in book.log(worker)}
