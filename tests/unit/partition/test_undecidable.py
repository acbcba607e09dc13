"""Events at which rule code fails, and failures of which no event is guilty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from processors.partition import Broken, Fetched, Partition, Undecidable
from processors.runtime.faults import Fault
from processors.runtime.letters import again
from tests.driver.toy import MINUTE, TOPIC, engine, event, step
from tests.faults import fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.inputs import Input

START = 1_700_000_000_000_000


def sent(*values: bytes, topic: str = TOPIC) -> list[Fetched]:
    """Records of one topic, in their order."""
    return [
        Fetched(topic, 0, n, START // 1000, b"ann", value, ()) for n, value in enumerate(values)
    ]


def add(name: str, who: str = "ann", *, after: int = 0) -> bytes:
    """An event that adds one."""
    return event(name, who, START + after * MINUTE, "add", amount=1)


def failing(at: Callable[[Input], bool], failure: BaseException) -> Partition:
    """A partition whose rule code fails at some inputs, when all is done to the account."""

    def fails(account: Any, item: Input, *given: Any) -> Any:
        answer = step(account, item, *given)
        if at(item):
            raise failure
        return answer

    return Partition(engine()._replace(step=fails), 0, 1)


def fails_at_b(item: Input) -> bool:
    """Rule code fails at the event that is called b."""
    return item.id == "b"


@fault("F44", checks="O1 L3")
@pytest.mark.parametrize("failure", [KeyError("ann"), ZeroDivisionError(), RecursionError()])
def test_an_event_at_which_rule_code_fails_is_named_without_what_it_says(
    failure: Exception,
) -> None:
    """Where it lies, what was raised and in which line; nothing that a person could be known by."""
    with pytest.raises(Undecidable) as raised:
        failing(fails_at_b, failure).fold(sent(add("a"), add("b"), add("c")))
    assert raised.value.at == (TOPIC, 1)
    assert f"{TOPIC}, partition 0, offset 1: {type(failure).__name__} in " in str(raised.value)
    assert "ann" not in str(raised.value)


@fault("F44", checks="O1 L3")
def test_who_comes_next_sets_it_aside() -> None:
    """It has its record and its dead letter, and the others are decided as if it had not come."""
    next_one = failing(fails_at_b, KeyError())
    next_one.aside = {(TOPIC, 1): "KeyError in rules:1"}
    batch = next_one.fold(sent(add("a"), add("b"), add("c")))
    assert batch.outcomes == {"accepted": 2, "dead_lettered": 1}
    (letter,) = batch.outgoing["dead_letters"]
    said = dict(letter.headers)
    assert said["loyalty.dlq.reason"] == b"undecidable"
    assert said["loyalty.dlq.stage"] == b"decision"
    assert said["__streams.errors.message"] == b"rule code failed: KeyError in rules:1"
    assert next_one.store.open("ann").counters["sum"] == 2


@fault("F44", checks="O1 L3")
def test_what_fails_next_costs_no_recovery() -> None:
    """Where rule code has failed once, the account is as it was, and the run goes on."""
    partition = failing(lambda item: item.id in {"b", "d"}, KeyError())
    partition.aside = {(TOPIC, 1): "KeyError in rules:1"}
    names = ("a", "b", "c", "d", "e")
    batch = partition.fold(sent(*(add(name) for name in names)))
    assert batch.outcomes == {"accepted": 3, "dead_lettered": 2}
    assert partition.store.open("ann").counters["sum"] == 3
    clean = Partition(engine(), 0, 1)
    clean.fold(sent(add("a"), add("c"), add("e")))
    assert partition.store.rest("ann") == clean.store.rest("ann")


@pytest.mark.parametrize("failure", [AssertionError(), MemoryError()])
def test_an_invariant_and_a_lack_of_memory_are_no_fault_of_the_event(
    failure: BaseException,
) -> None:
    """Nothing is set aside for them: the worker ends before anything is committed."""
    with pytest.raises(type(failure)):
        failing(fails_at_b, failure).fold(sent(add("a"), add("b")))


def test_what_is_due_is_never_set_aside() -> None:
    """A lot that cannot expire is no fault of the event that came after it."""
    partition = failing(lambda item: item.type == "time.passed", KeyError("ann"))
    timer = event("t", "ann", START, "timer", at=START + MINUTE, amount=1)
    run = sent(timer, add("a", after=2))
    with pytest.raises(Broken, match="what is due fails: KeyError in"):
        partition.fold(run)


def test_points_in_transit_are_never_set_aside() -> None:
    """They have left the sender: a dead letter would lose them."""
    giver = Partition(engine(), 0, 1)
    batch = giver.fold(sent(add("a"), event("g", "ann", START, "give", to="bob", amount=1)))
    (gift,) = batch.outgoing["transfers"]
    taker = failing(lambda item: item.type.startswith("transfer."), KeyError("bob"))
    came = sent(gift.value or b"", topic=engine().transfers_topic)
    with pytest.raises(Broken, match="a transfer cannot be taken: KeyError in"):
        taker.fold(came)


def test_what_was_handed_on_is_not_tried_again() -> None:
    """The account that handed it on does so once, so a second transfer would be a repeat."""
    headers = (
        ("__streams.errors.topic", b"loyalty.transfers.v1"),
        ("__streams.errors.partition", b"0"),
        ("__streams.errors.offset", b"0"),
        ("loyalty.dlq.reason", b"undecidable"),
        ("loyalty.dlq.stage", b"forwarded"),
        ("loyalty.dlq.timestamp", b"0"),
    )
    letter = Fetched("loyalty.dead-letters.v1", 0, 7, 0, b"ann", b"{}", headers)
    with pytest.raises(Fault, match="dead letter 0/7 was handed on") as raised:
        again(letter, "somebody", "mended")
    assert "another id" in raised.value.advice
