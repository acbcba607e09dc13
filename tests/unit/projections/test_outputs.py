"""What a ledger record publishes: ids, headers and data, always the same bytes."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson
from msgspec import UNSET, Raw
from msgspec.structs import replace

from projections import balance, eligibility, notices
from projections.envelope import headers_of
from projections.outputs import outputs
from schemas.ledger import Cause, Coordinates, Eligibility, LedgerRecord, Notice

if TYPE_CHECKING:
    from projections.envelope import Output

BALANCE = b'{"balances":{"points":{"available":"105"}},"tiers":{}}'
MAY = 1_778_000_000_000_000
GAINED = Eligibility("gained", "el-1", 1, "base", "five_off", MAY)
TIER: dict[str, str | int | None] = {
    "ladder": "status",
    "from_tier": "bronze",
    "to_tier": "silver",
    "until": MAY,
    "reason": "earned",
}


def record(sequence: int = 3) -> LedgerRecord:
    """A purchase that changed a balance."""
    at = Coordinates(17, 2, MAY // 1000, "commerce.purchases.v1")
    kind = "commerce.purchase.completed.v1"
    return LedgerRecord(
        "accepted",
        "0" * 32,
        7,
        1,
        account="m-17",
        balance=Raw(BALANCE),
        cause=Cause(at, "e-1", "aa", "shop/1", "m-17", MAY, kind),
        member_sequence=sequence,
        program="starter",
        program_version="ab" * 16,
    )


def said(output: Output) -> dict[str, object]:
    """The output's data."""
    data: dict[str, object] = orjson.loads(output.value or b"null")
    return data


def header(output: Output, name: str) -> str:
    """One of the output's headers."""
    return dict(output.headers)[name].decode()


def test_a_balance_holds_the_whole_balance_and_its_cause() -> None:
    """The contract's fields, and where the event lay."""
    (made,) = outputs(record())
    data = said(made)
    assert (made.role, made.key) == ("balances", b"m-17")
    assert data["balances"] == {"points": {"available": "105"}}
    assert data["member_sequence"] == 3
    assert data["cause"] == {
        "id": "e-1",
        "offset": 17,
        "partition": 2,
        "source": "shop/1",
        "topic": "commerce.purchases.v1",
        "type": "commerce.purchase.completed.v1",
    }


def test_the_headers_are_those_of_a_binary_cloud_event() -> None:
    """The time is the business time of the cause."""
    (made,) = outputs(record())
    kind = "loyalty.balance.updated.v1"
    name = f"m-17/3/{kind}/0".encode()
    assert header(made, "content-type") == "application/json"
    assert header(made, "ce_specversion") == "1.0"
    assert header(made, "ce_type") == kind
    assert header(made, "ce_subject") == "m-17"
    assert header(made, "ce_time") == "2026-05-05T16:53:20Z"
    assert header(made, "ce_id") == blake2b(name, digest_size=16).hexdigest()


def test_a_record_that_changes_no_account_publishes_nothing() -> None:
    """Duplicates and dead letters are silent."""
    silent = replace(record(), member_sequence=None, balance=UNSET)
    assert outputs(silent) == ()


def test_an_erased_member_leaves_null() -> None:
    """So that compaction forgets what was known."""
    (made,) = outputs(replace(record(), balance=UNSET))
    assert (made.key, made.value) == (b"m-17", None)
    assert header(made, "ce_subject") == "m-17"


def test_the_account_of_an_alias_publishes_nothing() -> None:
    """It holds no points, and its id is a hash that concerns nobody."""
    assert outputs(replace(record(), account="alias/3/ab")) == ()


def test_outputs_of_one_kind_are_counted() -> None:
    """Two rewards gained by one event have two ids."""
    both = (GAINED, replace(GAINED, eligibility_id="el-2"), replace(GAINED, change="withdrawn"))
    made = outputs(replace(record(), eligibility=both))
    assert [output.role for output in made] == ["balances", *["eligibility"] * 3]
    assert len({header(output, "ce_id") for output in made}) == 4
    assert header(made[3], "ce_type") == "loyalty.eligibility.withdrawn.v1"


def test_the_first_outputs_of_all_kinds_are_numbered_alike() -> None:
    """An output's id is a hash of what it is of: its kind, and which of its kind, from zero on."""
    notice = Notice({}, "loyalty.tier.changed.v1")
    for changed in (
        replace(record(), eligibility=(GAINED,) * 3),
        replace(record(), notices=(notice,) * 3),
    ):
        _, *made = outputs(changed)
        kind = header(made[0], "ce_type")
        assert [header(output, "ce_id") for output in made] == [
            dict(headers_of(changed, changed.cause, 3, kind, index))["ce_id"].decode()
            for index in (0, 1, 2)
            if changed.cause is not None
        ]


def test_an_eligibility_without_end_has_no_end() -> None:
    """An absent instant is absent, not null."""
    ending = replace(GAINED, valid_until=MAY)
    made = outputs(replace(record(), eligibility=(GAINED, ending)))
    assert "valid_until" not in said(made[1])
    assert said(made[2])["valid_until"] == "2026-05-05T16:53:20Z"


def test_a_notice_says_instants_as_the_contract_does() -> None:
    """Inside they are whole numbers; none of a notice's numbers is anything else."""
    made = outputs(replace(record(), notices=(Notice(TIER, "loyalty.tier.changed.v1"),)))
    data = said(made[1])
    assert data["until"] == "2026-05-05T16:53:20Z"
    assert data["to_tier"] == "silver"
    assert data["member_sequence"] == 3


def test_a_repeat_has_the_same_bytes() -> None:
    """Whoever folds the record, and however often."""
    assert outputs(record()) == outputs(record())


def test_the_balances_view_keeps_the_highest_sequence() -> None:
    """A stale record, applied again, changes nothing."""
    view: balance.View = {}
    for sequence in (1, 2, 1):
        view, made = balance.fold(view, record(sequence))
        assert len(made) == 1
    assert view["m-17"][0] == 2


def test_the_eligibility_view_counts_what_is_open() -> None:
    """Used up, taken back and run out are the same to it."""
    view: eligibility.View = {}
    for change, quantity, left in (
        ("gained", 4, {"el-1": 4}),
        ("consumed", 1, {"el-1": 3}),
        ("withdrawn", 1, {"el-1": 2}),
        ("expired", 2, {}),
    ):
        step = replace(GAINED, change=change, quantity=quantity)
        view, _ = eligibility.fold(view, replace(record(), eligibility=(step,)))
        assert view["m-17"] == left


def test_the_notices_view_counts_what_was_sent() -> None:
    """By type."""
    view: notices.View = {}
    told = replace(record(), notices=(Notice(TIER, "loyalty.tier.changed.v1"),))
    view, _ = notices.fold(view, told)
    view, _ = notices.fold(view, record(4))
    assert view == {"loyalty.tier.changed.v1": 1}
