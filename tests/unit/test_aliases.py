"""Aliases in one form each, and the accounts that keep them."""

from __future__ import annotations

import pytest

from processors.engine import account_of
from processors.routing import partition_of
from schemas.aliases import is_alias, normalise


@pytest.mark.parametrize(
    ("typed", "region", "normal"),
    [
        ("phone:+1 (206) 555-0100", None, "phone:+12065550100"),
        ("phone:(206) 555-0100", "US", "phone:+12065550100"),
        ("phone:1-206-555-0100", "US", "phone:+12065550100"),
        ("phone:0044 20 7946 0000", None, "phone:+442079460000"),
        ("phone:020 7946 0000", "GB", "phone:+442079460000"),
        ("Email:Ana@Example.COM", None, "email:ana@example.com"),
        ("code:RITA10", None, "code:RITA10"),
        ("ana", "US", "ana"),
        ("urn:ana", "US", "urn:ana"),
    ],
)
def test_an_alias_has_one_form(typed: str, region: str | None, normal: str) -> None:
    """However it is typed."""
    assert normalise(typed, region) == normal


def test_only_the_schemes_of_the_contract_are_aliases() -> None:
    """A member id may hold a colon."""
    assert [is_alias(text) for text in ("phone:1", "EMAIL:a@b", "urn:x", "ana")] == [
        True,
        True,
        False,
        False,
    ]


def test_an_alias_lives_where_its_text_is_keyed() -> None:
    """So an event that is keyed by a normalised alias is not mis-keyed."""
    name = account_of(None, 7, b"")
    for number in range(50):
        alias = f"phone:+1206555{number:04}"
        assert partition_of(name(alias), 7) == partition_of(alias, 7)
        assert "206555" not in name(alias)


def test_a_secret_changes_the_name() -> None:
    """Without the secret nobody can try numbers against the book."""
    alias = "email:ana@example.com"
    assert account_of(None, 7, b"")(alias) != account_of(None, 7, b"secret")(alias)
    assert account_of(None, 7, b"")("ana") == "ana"


def test_nobody_outside_names_an_alias_account() -> None:
    """A subject that looks like one is an alias that nobody owns, and harms nothing."""
    name = account_of(None, 7, b"")
    for strange in ("alias/", "alias/x/y", name("code:RITA10")):
        assert name(strange) != strange
        assert 0 <= partition_of(name(strange), 7) < 7
