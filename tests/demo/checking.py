"""What came out, held against what the independent model says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from processors.inputs import TIME_PASSED
from processors.runtime.reading import reader
from schemas.ledger import DECODER
from tests.story.outcomes import Change, open_rewards, refused_by, refused_of
from tests.story.poison import POISON

if TYPE_CHECKING:
    from collections.abc import Collection

    from processors.runtime.settings import Settings
    from tests.model.book import Book
    from tests.story.story import Story


@dataclass
class Found:
    """What the topics hold."""

    balances: dict[str, dict[str, Any]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    sources: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    became: dict[tuple[str, int, int], str] = field(default_factory=dict)
    """The outcome of each source, and the reason where it could not be read."""
    letters: Counter[str] = field(default_factory=Counter)
    rewards: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    """Eligibility events."""
    refused: set[str] = field(default_factory=set)
    """The ids of inputs that were refused, at once or when they were settled."""
    given_up: set[str] = field(default_factory=set)
    """Those whose wait was over before what they waited for came. Stream time runs some ten days
    a second here, so an order that was forwarded may be a month late; then it revives them."""
    transfers: int = 0
    """Transfers that were sent, whether they have arrived or not."""
    told: int = 0
    """Partitions that know that the story is over."""


async def find(settings: Settings) -> Found:
    """Read all of it back, as any read_committed reader sees it."""
    found = Found()
    names = settings.names
    async with reader(settings.broker) as read:
        topics = {names.of(role): role for role in ("ledger", "balances", "dead_letters")}
        topics |= {names.of(role): role for role in ("eligibility", "transfers")}
        spans = await read.spans(
            [(topic, number) for topic in topics for number in range(settings.partitions)]
        )
        async for records in read.read(spans):
            for record in records:
                _take(found, topics[record.topic], record.key, record.value, record.headers)
    return found


def _take(found: Found, role: str, key: bytes | None, value: bytes | None, headers: Any) -> None:
    told = dict(headers)
    if role == "balances" and key is not None and value is not None:
        update = orjson.loads(value)
        held = found.balances.get(key.decode())
        if held is None or update["member_sequence"] > held["member_sequence"]:
            found.balances[key.decode()] = update
    elif role == "eligibility" and value is not None:
        change = told["ce_type"].decode().split(".")[2]
        found.changes.append((key, value, headers))
        found.rewards[f"{orjson.loads(value)['reward_id']} {change}"] += 1
    elif role == "transfers":
        found.transfers += 1
    elif role == "dead_letters":
        found.letters[told["loyalty.dlq.reason"].decode()] += 1
    elif role == "ledger" and value is not None:
        record = DECODER.decode(value)
        found.outcomes[record.outcome] += 1
        found.refused |= refused_of([record])
        if record.cause is not None and record.cause.type == TIME_PASSED:
            found.given_up |= refused_of([record])
        found.told += record.cause is not None and record.cause.type == "clock"
        if record.source is not None:
            at = (record.source.topic, record.source.partition, record.source.offset)
            found.sources[at] += 1
            found.became[at] = (record.unreadable or {}).get("reason", record.outcome)


async def decided(settings: Settings) -> int:
    """How many ledger records are committed, markers among them."""
    async with reader(settings.broker) as read:
        topic = settings.names.of("ledger")
        spans = await read.spans([(topic, number) for number in range(settings.partitions)])
        return sum(span.end for span in spans)


def differences(
    settings: Settings,
    story: Story,
    book: Book,
    found: Found,
    repeats: Collection[tuple[str, int, int]] = (),
) -> list[str]:
    """Every way in which the topics are not as the model says. Empty: all equal.

    `repeats` are places without an acknowledgement: what lies there lies in the log once more. Of
    the two either may be the first; the other one is a duplicate, wherever it lies.
    """
    wrong: list[str] = []
    inputs = [s for s in found.sources if s[0] != settings.names.of("transfers")]
    twice = [source for source, count in found.sources.items() if count > 1]
    sent = len(story.records) + len(repeats)
    if len(inputs) != sent:
        wrong.append(f"{sent} inputs were sent, {len(inputs)} have a ledger record")
    wrong += [f"{source} has more than one ledger record" for source in twice]
    again = Counter(found.became[source] for source in repeats)
    decided = ("duplicate", "forwarded", "accepted", "refused", "parked")
    expected = story.expected + Counter(duplicate=sum(again[outcome] for outcome in decided))
    expected["conflicting"] += again["conflicting"]
    reasons = POISON.keys() | found.letters.keys()
    dead = {reason: expected[f"dead:{reason}"] + again[reason] for reason in reasons}
    if dead != {reason: found.letters[reason] for reason in reasons}:
        wrong.append(f"dead letters {dict(found.letters)}, expected {dead}")
    wrong += [
        f"{found.outcomes[outcome]} {outcome}, expected {expected[outcome]}"
        for outcome in ("duplicate", "conflicting")
        if found.outcomes[outcome] != expected[outcome]
    ]
    refused = refused_by(book, story)
    wrong += [
        f"input {name} is refused" for name in sorted(found.refused - refused - found.given_up)
    ]
    wrong += [f"input {name} is not refused" for name in sorted(refused - found.refused)]
    return wrong + _balances(book, found) + _rewards(book, found)


def _rewards(book: Book, found: Found) -> list[str]:
    came = open_rewards(found.changes)
    expected = {name: member.eligible() for name, member in book.members.items()}
    return [
        f"{name}: open {came.get(name, {})}, the model says {expected.get(name, {})}"
        for name in sorted(came.keys() | expected.keys())
        if came.get(name, {}) != expected.get(name, {})
    ]


def _balances(book: Book, found: Found) -> list[str]:
    wrong: list[str] = []
    for name, member in sorted(book.members.items()):
        expected = {
            "available": member.available,
            "pending": member.pending,
            "reserved": member.reserved,
            "debt": member.debt,
            "lifetime_earned": member.earned,
            "lifetime_redeemed": member.redeemed,
            "lifetime_expired": member.expired,
        }
        update = found.balances.get(name)
        if update is None:
            if any(expected.values()):
                wrong.append(f"{name} has no balance")
            continue
        points = update["balances"]["points"]
        came = {key: int(points[key]) for key in expected}
        tier = update["tiers"]["status"]["tier"]
        if came != expected or tier != member.tier:
            wrong.append(f"{name}: {came} {tier}, the model says {expected} {member.tier}")
    return wrong
