"""Lines of a file are checked as a producer would be, and become records where they belong."""

from __future__ import annotations

import orjson
import pytest

from processors.routing import partition_of
from processors.runtime.lines import STRUCTURED, check, to_record
from schemas.intake import read
from schemas.values import parse_instant

BOUGHT: dict[str, object] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "shop",
    "type": "commerce.purchase.completed.v1",
    "time": "2026-03-01T10:00:00-05:00",
    "subject": "m1",
    "data": {
        "order_id": "o1",
        "currency": "USD",
        "lines": [{"line_id": "l1", "sku": "a", "amount_minor": 1000}],
    },
}


def line(**changes: object) -> bytes:
    """The purchase as a line, with some attributes changed; None leaves one out."""
    event = {**BOUGHT, **changes}
    return orjson.dumps({name: value for name, value in event.items() if value is not None})


def data(**changes: object) -> bytes:
    """The purchase as a line, with some of its data changed."""
    content = BOUGHT["data"]
    assert isinstance(content, dict)
    return line(data={**content, **changes})


def test_a_good_line_has_no_findings() -> None:
    """What the contract allows may go."""
    assert check(line()) == []


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        (b"nonsense", "", "not JSON"),
        (b"[1]", "", "must be a JSON object"),
        (b'{"id": "\xff"}', "", "must be UTF-8"),
        (b'{"id": "a", "id": "b"}', "", "twice"),
        (line(specversion="0.3"), "specversion", 'must be "1.0"'),
        (line(subject=None), "subject", "not empty"),
        (line(time="2026-03-01T10:00:00"), "time", "offset"),
        (line(type="commerce.purchase.complete.v1"), "type", "mean commerce.purchase.completed.v1"),
        (line(type=7), "type", "must be the type"),
        (line(sbject="m1"), "sbject", "did you mean subject"),
        (line(arrivaltime="yesterday"), "arrivaltime", "RFC 3339"),
        (data(currncy="USD"), "data.currncy", "did you mean currency"),
        (data(zzz=1), "data.zzz", "unknown to the contract"),
        (data(order_id=7), "data.order_id", "should be a valid string"),
        (data(lines=[]), "data.lines", "at least 1 item"),
        (
            data(lines=[{"line_id": "l1", "sku": "a", "amount_minor": 10.5}]),
            "data.lines.0.amount_minor",
            "valid integer",
        ),
    ],
)
def test_a_bad_line_says_where_and_what(text: bytes, path: str, problem: str) -> None:
    """Each finding has the place in the line, what is wrong, and what would be right."""
    findings = check(text)
    assert [finding.path for finding in findings] == [path]
    assert problem in findings[0].problem


def test_every_finding_of_a_line_is_told() -> None:
    """Nobody should have to send a file once per mistake."""
    bad = data(currency="US", lines=[{"line_id": "l1", "sku": "a", "amont_minor": 1}])
    assert {finding.path for finding in check(bad)} == {
        "data.currency",
        "data.lines.0.amount_minor",
        "data.lines.0.amont_minor",
    }


def test_the_far_future_is_found_out() -> None:
    """Workers would dead-letter what lies further ahead of its arrival than they allow."""
    latest = parse_instant("2026-03-01T15:59:59+00:00")
    assert check(line(time="2026-03-01T16:00:00Z"), latest)[0].path == "time"
    assert check(line(), latest) == []
    assert check(line(time="2026-03-01T16:00:00Z")) == []


def test_the_record_lies_where_its_subject_belongs() -> None:
    """The key is the subject in its one form, so every spelling meets on one partition."""
    record = to_record(line(subject="phone:(206) 555-0100"), "US", 6, "blue.")
    assert record.topic == "blue.commerce.purchases.v1"
    assert record.key == b"phone:+12065550100"
    assert record.partition == partition_of("phone:+12065550100", 6)


def test_a_worker_reads_what_was_sent() -> None:
    """The value is the event, without what was said of its arrival."""
    record = to_record(line(arrivaltime="2026-03-02T00:00:00Z"), None, 6)
    received = read(record.value, STRUCTURED)
    assert (received.id, received.subject, received.time) == ("e1", "m1", record.time)
    assert record.arrival == parse_instant("2026-03-02T00:00:00Z")
    assert b"arrivaltime" not in record.value
