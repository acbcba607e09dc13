"""Dead letters: the original as it came, and why it was set aside."""

from __future__ import annotations

from processors.engine import engine_of
from processors.partition import Fetched, Partition, dead_letters
from processors.runtime.letters import again, letter_of
from tests.driver.library import program_of
from tests.driver.toy import TOPIC, engine, event

START = 1_700_000_000_000_000


def unread(value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()) -> Fetched:
    """A record that no toy can read."""
    return Fetched(TOPIC, 0, 41, START // 1000, b"who", value, headers)


def test_the_original_comes_through_verbatim() -> None:
    """Key, value and headers are as they were, and the reasons stand behind them."""
    batch = Partition(engine(), 0, 1).fold([unread(b"{", (("a", b"\xff"), ("a", b"2")))])
    letter = batch.outgoing["dead_letters"][0]
    headers = {name: value for name, value in letter.headers if name != "a"}
    assert (letter.key, letter.value, letter.partition) == (b"who", b"{", 0)
    assert letter.headers[:2] == [("a", b"\xff"), ("a", b"2")]
    assert headers["loyalty.dlq.reason"] == b"invalid_json"
    assert headers["loyalty.dlq.timestamp"] == b"%d" % (START // 1000)
    assert headers["loyalty.dlq.attempt"] == b"1"
    assert headers["__streams.errors.offset"] == b"41"


def test_a_second_attempt_keeps_its_count() -> None:
    """What was retried says how often."""
    batch = Partition(engine(), 0, 1).fold([unread(None, (("loyalty.dlq.attempt", b"3"),))])
    letter = batch.outgoing["dead_letters"][0]
    assert [value for name, value in letter.headers if name.endswith("attempt")] == [b"3"]


def test_bytes_that_are_too_many_are_kept_by_reference() -> None:
    """Their coordinates, their number and their hash say where they are."""
    value = b"x" * (dead_letters.MAX_VALUE_BYTES + 1)
    batch = Partition(engine(), 0, 1).fold([unread(value)])
    letter = batch.outgoing["dead_letters"][0]
    reference = dict(letter.headers)["loyalty.dlq.value"].decode()
    assert letter.value is None
    assert reference == f"by-reference {len(value)} {dead_letters.fingerprint(value)}"


def test_an_event_from_the_future_is_a_dead_letter() -> None:
    """One hour ahead of its arrival is read, a moment more is not."""
    hour = 3_600_000_000
    values = [event("a", "m", START + hour, "add"), event("b", "m", START + hour + 1, "add")]
    run = [Fetched(TOPIC, 0, n, START // 1000, b"m", value, ()) for n, value in enumerate(values)]
    assert Partition(engine(), 0, 1).fold(run).outcomes == {"accepted": 1, "dead_lettered": 1}


def test_a_transfer_that_is_none_is_a_dead_letter() -> None:
    """A stranger wrote to our topic: recorded, and no harm."""
    run = [Fetched(engine().transfers_topic, 0, 0, START // 1000, b"m", b"hello", ())]
    batch = Partition(engine(), 0, 1).fold(run)
    assert batch.outcomes == {"dead_lettered": 1}
    assert dict(batch.outgoing["dead_letters"][0].headers)["loyalty.dlq.reason"] == b"invalid_data"


MADE_UP = (
    ("loyalty.dlq.attempt", b"many"),
    ("loyalty.dlq.attempt", b"9" * 5_000),
    ("loyalty.dlq.value", b"by-reference 1 x"),
    ("loyalty.dlq.reason", b"none"),
    ("__streams.errors.offset", b"\xff"),
    ("trace", b"t-1"),
)


def test_headers_that_look_like_ours_are_made_up() -> None:
    """What a producer calls as we do says nothing: the letter can be listed, and tried again."""
    batch = Partition(engine(), 0, 1).fold([unread(b"{", MADE_UP)])
    sent = batch.outgoing["dead_letters"][0]
    fetched = unread(sent.value, tuple(sent.headers))
    letter = letter_of(fetched)
    assert (letter.reason, letter.attempt) == ("invalid_json", 1)
    assert letter.headers == {"trace": "t-1"}
    tried = again(fetched, "somebody", "mended")
    assert dict(tried.headers)["loyalty.dlq.attempt"] == b"2"
    assert tried.value == b"{"


def test_a_dead_letter_names_the_version_in_force_when_it_came() -> None:
    """Not the newest one."""
    program = program_of("corners")[1]
    for version in program.versions[:2]:
        came = version.effective_from // 1000
        batch = Partition(engine_of(program, 1), 0, 1).fold([unread(b"{")._replace(timestamp=came)])
        headers = dict(batch.outgoing["dead_letters"][0].headers)
        assert headers["loyalty.dlq.program_version"].decode() == version.hash
