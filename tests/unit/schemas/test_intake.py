"""Intake: whatever the bytes, an event or a reason."""

from __future__ import annotations

from contextlib import suppress

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.intake import read
from schemas.unreadable import DeadLetterReason, Unreadable
from tests.story.poison import F43

STRUCTURED = [("content-type", b"Application/CloudEvents+json; charset=utf-8")]
EVENT: dict[str, object] = {
    "specversion": "1.0",
    "id": "1",
    "source": "shop",
    "type": "commerce.purchase.paid.v1",
    "time": "2026-03-01T10:00:00+01:00",
    "subject": "ana",
    "data": {"order_id": "O1"},
}


def reason_of(value: bytes | None) -> DeadLetterReason:
    """Why a value cannot be read."""
    with pytest.raises(Unreadable) as caught:
        read(value, STRUCTURED)
    return caught.value.reason


def test_an_event_keeps_its_time_in_utc() -> None:
    """The offset is applied: 10:00 at +01:00 is 09:00 in UTC."""
    assert read(orjson.dumps(EVENT), STRUCTURED).time == 1_772_355_600_000_000


def test_unknown_fields_change_nothing() -> None:
    """Two deliveries that differ in a field we do not know are one payload."""
    more = EVENT | {"data": {"order_id": "O1", "colour": "red"}}
    assert read(orjson.dumps(EVENT), STRUCTURED) == read(orjson.dumps(more), STRUCTURED)


def test_an_explicit_default_is_no_other_payload() -> None:
    """`channel: online` says what absence says."""
    line = {"line_id": "L1", "sku": "A", "amount_minor": 1}
    order: dict[str, object] = {"order_id": "O1", "currency": "USD", "lines": [line]}
    bought = EVENT | {"type": "commerce.purchase.completed.v1", "data": order}
    said = bought | {"data": order | {"channel": "online", "paid": True}}
    first, second = (read(orjson.dumps(body), STRUCTURED) for body in (bought, said))
    assert first.payload == second.payload


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"subject": None}, DeadLetterReason.NO_SUBJECT),
        ({"subject": ""}, DeadLetterReason.NO_SUBJECT),
        ({"id": 7}, DeadLetterReason.BAD_ENVELOPE),
        ({"time": "2026-03-01"}, DeadLetterReason.BAD_ENVELOPE),
        ({"time": "2026-03-01T10:00:00"}, DeadLetterReason.BAD_ENVELOPE),
        ({"testmode": "perhaps"}, DeadLetterReason.BAD_ENVELOPE),
        ({"id": "a\0b"}, DeadLetterReason.BAD_ENVELOPE),
        ({"source": "shop\n"}, DeadLetterReason.BAD_ENVELOPE),
        ({"subject": "\x85ana"}, DeadLetterReason.BAD_ENVELOPE),
        ({"id": "x" * 257}, DeadLetterReason.BAD_ENVELOPE),
        ({"time": "2026-W09-7T10:00:00Z"}, DeadLetterReason.BAD_ENVELOPE),
        ({"time": "8000-01-01T00:00:00Z"}, DeadLetterReason.BAD_ENVELOPE),
        ({"time": "2026-03-01T10Z"}, DeadLetterReason.BAD_ENVELOPE),
        ({"time": "2016-12-31T23:59:60Z"}, DeadLetterReason.BAD_ENVELOPE),
        ({"time": "0001-01-01T00:00:00+14:00"}, DeadLetterReason.BAD_ENVELOPE),
        ({"data_base64": "e30="}, DeadLetterReason.BAD_ENVELOPE),
        ({"subject": "phone:"}, DeadLetterReason.NO_SUBJECT),
        ({"subject": "Phone: + "}, DeadLetterReason.NO_SUBJECT),
        ({"subject": "card: "}, DeadLetterReason.NO_SUBJECT),
        ({"type": "commerce.purchase.paid.v2"}, DeadLetterReason.UNKNOWN_TYPE),
        ({"data": {}}, DeadLetterReason.INVALID_DATA),
        ({"data": {"order_id": 1}}, DeadLetterReason.INVALID_DATA),
        ({"data": []}, DeadLetterReason.INVALID_DATA),
    ],
)
def test_what_is_wrong_has_its_reason(change: dict[str, object], reason: DeadLetterReason) -> None:
    """One closed set of reasons, so that operators can count them."""
    assert reason_of(orjson.dumps(EVENT | change)) == reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, DeadLetterReason.NULL_VALUE),
        (b"", DeadLetterReason.INVALID_JSON),
        (b'{"id": NaN}', DeadLetterReason.INVALID_JSON),
        (b'{"id": "\xff"}', DeadLetterReason.BAD_ENCODING),
        (b'{"id": 1, "id" : 2}', DeadLetterReason.DUPLICATE_KEY),
        (b'{"data": {"a": 1, "a": 1}}', DeadLetterReason.DUPLICATE_KEY),
        (b'{"a": ' * 5000 + b"1" + b"}" * 5000, DeadLetterReason.TOO_DEEP),
        (b'{"id": "' + b"x" * 1_000_001 + b'"}', DeadLetterReason.TOO_LARGE),
        (b"[]", DeadLetterReason.BAD_ENVELOPE),
    ],
    ids=str,
)
def test_what_is_no_json_of_ours_has_its_reason(
    value: bytes | None, reason: DeadLetterReason
) -> None:
    """Among them a key that stands twice: which of the two would count?"""
    assert reason_of(value) == reason


BINARY = [
    ("content-type", b"application/json"),
    ("ce_specversion", b"1.0"),
    *(
        (f"ce_{name}", str(text).encode())
        for name, text in EVENT.items()
        if name not in {"data", "specversion"}
    ),
]


def test_binary_mode_is_read_from_its_headers() -> None:
    """Also where a copy of the record has a header twice, and of headers that are nobody's."""
    more = [*BINARY, BINARY[2], ("CE_ID", b"1"), ("ce_colour", b"\xff")]
    once, twice = (read(b'{"order_id":"O1"}', headers) for headers in (BINARY, more))
    assert once == twice == read(orjson.dumps(EVENT), STRUCTURED)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("ce_id", b"2", DeadLetterReason.DUPLICATE_KEY),
        ("CE_Subject", b"bob", DeadLetterReason.DUPLICATE_KEY),
        ("Content-Type", b"text/plain", DeadLetterReason.DUPLICATE_KEY),
        ("ce_program", b"\xff", DeadLetterReason.BAD_ENCODING),
        ("ce_testmode", b"", DeadLetterReason.BAD_ENVELOPE),
    ],
)
def test_headers_that_contradict_each_other_are_refused(
    name: str, content: bytes, reason: DeadLetterReason
) -> None:
    """Which of the two would count? The path names the header, never what it says."""
    with pytest.raises(Unreadable) as caught:
        read(b'{"order_id":"O1"}', [*BINARY, (name, content)])
    assert caught.value.reason == reason
    assert caught.value.path in {name.lower(), name.lower().removeprefix("ce_")}


@pytest.mark.parametrize("missing", ["id", "source", "type", "time", "subject"])
@pytest.mark.parametrize("there", [True, False])
def test_headers_that_lack_something_say_what(missing: str, *, there: bool) -> None:
    """A header without bytes is as good as none."""
    headers = [one for one in BINARY if one[0] != f"ce_{missing}"]
    if there:
        headers.append((f"ce_{missing}", b""))
    with pytest.raises(Unreadable) as caught:
        read(b'{"order_id":"O1"}', headers)
    assert caught.value.path == missing


ENROLLED = EVENT | {"type": "loyalty.member.enrolled.v1"}
LINE: dict[str, object] = {"line_id": "L", "sku": "A", "amount_minor": 1}
BOUGHT = EVENT | {"type": "commerce.purchase.completed.v1"}
ORDER: dict[str, object] = {"order_id": "O", "currency": "USD", "lines": [LINE]}


@pytest.mark.parametrize(
    ("event", "data", "path"),
    [
        (ENROLLED, {"aliases": ["bob"]}, "data.aliases.0"),
        (ENROLLED, {"aliases": ["phone:"]}, "data.aliases.0"),
        (ENROLLED, {"aliases": [f"card:{n}" for n in range(101)]}, "data.aliases"),
        (ENROLLED, {"referrer": "code:"}, "data.referrer"),
        (ENROLLED, {"attributes": {str(n): n for n in range(101)}}, "data.attributes"),
        (ENROLLED, {"attributes": {"k": "x" * 4_097}}, "data.attributes.*"),
        (BOUGHT, ORDER | {"lines": [LINE | {"tags": ["t"] * 101}]}, "data.lines.0.tags"),
        (BOUGHT, ORDER | {"tenders": [{"kind": "card", "amount_minor": 0}] * 501}, "data.tenders"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_cost_too_much_or_harm_others_is_refused(
    event: dict[str, object], data: dict[str, object], path: str
) -> None:
    """A member's id is no alias: who claimed one would have that member's events."""
    with pytest.raises(Unreadable) as caught:
        read(orjson.dumps(event | {"data": data}), STRUCTURED)
    assert (caught.value.reason, caught.value.path) == (DeadLetterReason.INVALID_DATA, path)


def test_a_reason_holds_no_value_of_the_event() -> None:
    """What members type stays out of headers and logs."""
    with pytest.raises(Unreadable) as caught:
        read(orjson.dumps(EVENT | {"data": {"order_id": ["SECRET"]}}), STRUCTURED)
    assert "SECRET" not in str(caught.value) + caught.value.detail
    assert caught.value.path == "data.order_id"


@settings(max_examples=150)
@given(st.one_of(st.none(), st.binary(max_size=200)))
def test_no_bytes_are_a_crash(value: bytes | None) -> None:
    """Unreadable, or an event; nothing else is raised."""
    with suppress(Unreadable):
        assert read(value, STRUCTURED).subject


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["order_id", "lines", "id", "data"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from([*EVENT]), JSON, max_size=4))
def test_no_json_is_a_crash(changes: dict[str, object]) -> None:
    """An envelope with anything in any place: an event, or a reason."""
    try:
        value = orjson.dumps(EVENT | changes)
    except (TypeError, ValueError):
        return  # integers beyond 64 bits cannot be written here; they are tested as bytes
    with suppress(Unreadable):
        assert read(value, STRUCTURED).subject


@pytest.mark.parametrize("name", F43)
def test_each_poison_of_the_catalogue_has_its_reason(name: str) -> None:
    """Nothing of it is guessed at, and nothing of it crashes."""
    reason, value = F43[name]
    assert reason_of(value) == reason


def test_an_integer_beyond_64_bits_is_refused() -> None:
    """Amounts of that size are no amounts."""
    line = b'{"line_id":"L","sku":"A","amount_minor":99999999999999999999}'
    data = b'{"order_id":"O","currency":"USD","lines":[%b]}' % line
    value = orjson.dumps(EVENT | {"type": "commerce.purchase.completed.v1"})
    value = value.replace(b'{"order_id":"O1"}', data)
    assert reason_of(value) == DeadLetterReason.INVALID_DATA


FIRST = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HOP = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


@pytest.mark.parametrize(
    ("attribute", "header", "expected"),
    [
        (FIRST, None, FIRST),
        (None, HOP.encode(), HOP),
        (FIRST, HOP.encode(), FIRST),
        ("ana@example.org", None, None),
        (None, b"\xff", None),
        (None, None, None),
    ],
)
def test_a_trace_is_taken_as_it_came(
    attribute: str | None, header: bytes | None, expected: str | None
) -> None:
    """CloudEvents' extension names the first one; what is no trace is not passed on."""
    value = orjson.dumps(EVENT if attribute is None else EVENT | {"traceparent": attribute})
    headers = STRUCTURED if header is None else [*STRUCTURED, ("traceparent", header)]
    assert read(value, headers).traceparent == expected
