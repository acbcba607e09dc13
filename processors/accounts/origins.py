"""Names of what merged members brought into an account, where it must be told from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def under(member: str, name: str) -> str:
    """The name of something of a merged member that is told apart from the survivor's."""
    return f"{member}:{name}"


def bare(member: str, name: str) -> str:
    """The name that such a thing has where it is at home."""
    return name.removeprefix(f"{member}:")


def told_apart(name: str, members: Iterable[str]) -> bool:
    """True for a name that says whose of these members it is."""
    return any(name.startswith(f"{member}:") for member in members)


def at_home(name: str, members: Iterable[str]) -> str:
    """The name without the member whose it is."""
    for member in members:
        if told_apart(name, (member,)):
            return bare(member, name)
    return name
