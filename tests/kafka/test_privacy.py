"""What a worker tells of people: nothing, wherever operators and readers look.

What is personal is planted with a mark, in good input and in bad, and searched for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from processors.accounts.resting import plain
from processors.partition.records import Fetched
from tests.kafka.test_pages import free_port, get, ready
from tests.kafka.workers import PURCHASE, START, deployed, event, eventually

if TYPE_CHECKING:
    from pathlib import Path

    from processors.runtime.settings import Settings
    from tests.kafka.workers import Deployment

WHO = "m-1-N4ME"
"""A member id may be a name, and none is told; but it stays the key of what is erased."""
NAME, MARK = b"N4ME", b"M4RK"
DAY = 86_400_000
HEADERS = (("content-type", b"application/cloudevents+json"), ("ce_subject", b"M4RK"))
LINE = {"line_id": "lM4RK", "sku": "sM4RK", "amount_minor": 90_000, "category": "cM4RK"}
PAGES = ("/livez", "/readyz", "/startupz", "/healthz?verbose", "/metrics")


def said(settings: Settings, name: str, kind: str, day: int, data: dict[str, Any]) -> Fetched:
    """One event of the member, so many days after the first."""
    topics = {"commerce": "purchases", "engagement": "reviews"}
    role = topics.get(kind.partition(".")[0], "members")
    topic = settings.names.of("requests" if "redemption" in kind else role)
    return event(settings, topic, WHO, kind, name, START + day * DAY, data)


def life(settings: Settings) -> list[Fetched]:
    """A member with aliases and a birthday, who buys, reviews, redeems, and waits for something."""
    order = {"order_id": "oM4RK", "currency": "USD", "lines": [LINE], "location_id": "pM4RK"}
    review = {"review_id": "rM4RK", "sku": "sM4RK", "rating": 5, "verified": True}
    enrolled = {
        "birthday": "04-05",
        "timezone": "Europe/Vaduz",
        "attributes": {"kM4RK": "vM4RK"},
        "aliases": ["email:M4RK@example.org", "phone:+12065550117", "card:M4RK"],
    }
    return [
        said(settings, "1", "loyalty.member.enrolled.v1", 0, enrolled),
        said(settings, "2", PURCHASE, 1, order | {"attributes": {"gift": "M4RK"}}),
        said(settings, "3", PURCHASE, 1, order | {"lines": [LINE, LINE | {"line_id": "M4RK2"}]}),
        said(settings, "4", "engagement.review.submitted.v1", 20, review),
        said(
            settings,
            "5",
            "loyalty.redemption.requested.v1",
            20,
            {"redemption_id": "xM4RK", "amount": "50"},
        ),
        said(
            settings,
            "6",
            "commerce.purchase.refunded.v1",
            20,
            {"refund_id": "nM4RK", "order_id": "oM4RK2", "amount_minor": 1},
        ),
    ]


def bad(settings: Settings) -> list[Fetched]:
    """Input that cannot be read, with marks in every place where it may carry one."""
    topic = settings.names.of("members")
    values = [
        b'{"M4RK":1,"M4RK":2}',
        b'{"specversion":"M4RK"}',
        b"M4RK \xff",
        b'["M4RK"',
        said(settings, "bM4RK", "loyalty.member.enrolled.v1", 0, {"birthday": "M4RK"}).value,
        said(settings, "b", "loyalty.member.enrolled.v1", 0, {"timezone": "M4RK/M4RK"}).value,
        said(settings, "b", "loyalty.member.enrolled.v1", 0, {"aliases": ["M4RK", 1]}).value,
        said(settings, "b", "loyalty.member.enrolled.v1", 0, {"attributes": {"M4RK": 1.5}}).value,
        said(settings, "b", "loyalty.member.M4RK.v1", 0, {"attributes": {"M4RK": "M4RK"}}).value,
        said(settings, "b", "loyalty.member.enrolled.v1", 9_000, {"market": "M4RK"}).value,
    ]
    return [Fetched(topic, 0, -1, START, b"M4RK", value, HEADERS) for value in values]


def personal(texts: list[bytes]) -> set[bytes]:
    """Marks, names, and what else is only known of this member, that these texts hold."""
    known = (MARK, NAME, b"2065550117", b"04-05", b"Vaduz")
    return {mark for mark in known for text in texts if mark in text}


@pytest.mark.parametrize("level", ["info", "debug"])
def test_nobody_personal_is_told_of(kafka: str, prefix: str, tmp_path: Path, level: str) -> None:
    """Not in a worker's output or pages, nor in what we write about a dead letter.

    After the erasure balances, snapshots and notices know nothing of him either.
    """
    with deployed(kafka, prefix, tmp_path) as book:
        settings = book.settings
        sent = [*life(settings), *bad(settings)]
        book.send(sent)
        port = free_port()
        more = {"LOYALTY_LOG_LEVEL": level, "LOYALTY_LAG_RECORDS": "0"}
        worker = book.start(LOYALTY_WEB_PORT=str(port), **more)
        book.wait_for(len(sent))
        eventually(lambda: ready(port))
        assert MARK in personal(held(book)), "what is searched for is there before the erasure"
        last = [said(settings, "e", "loyalty.member.erased.v1", 21, {})]
        later = said(settings, "late", PURCHASE, 22, {"order_id": "M4RK3", "currency": "USD"})
        book.send([*last, later._replace(value=(later.value or b"")[:-2])])
        book.wait_for(len(sent) + 2)
        eventually(lambda: not personal(held(book)))
        pages = [get(port, page) for page in PAGES]
        assert [status for status, _ in pages] == [200] * len(PAGES)
        assert personal([text.encode() for _, text in pages]) == set()
        assert personal(written_about(book)) == set()
        book.stop()
        assert personal([book.said(worker).encode()]) == set()
        assert b"dead_lettered" in book.said(worker).encode(), "there was something to tell"


def held(book: Deployment) -> list[bytes]:
    """What balances, snapshots and notices hold in the end of the member and his aliases.

    His own account still says whose it is; no other account does.
    """
    found: dict[tuple[str, bytes | None], bytes | None] = {}
    for role in ("balances", "snapshots", "notices"):
        for records in book.ledger(role).values():
            found |= {(role, record.key): record.value for record in records}
    own_id = b'"id":"%b"' % WHO.encode()
    values = [plain(value) for (role, _), value in found.items() if value and role == "snapshots"]
    values += [value for (role, _), value in found.items() if value and role != "snapshots"]
    return [value.replace(own_id, b"") for value in values]


def written_about(book: Deployment) -> list[bytes]:
    """Headers of dead letters that are ours. Those of the original stay as they came."""
    letters = [letter for part in book.ledger("dead_letters").values() for letter in part]
    assert len(letters) == len(bad(book.settings)) + 1
    ours = ("__streams.", "loyalty.")
    return [text for one in letters for name, text in one.headers if name.startswith(ours)]
