"""The accounts of a partition as bytes, those in use as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.partition import Partition


def rested(partition: Partition) -> dict[str, bytes]:
    """Every account's bytes as it is now, in order of names."""
    store = partition.store
    return {name: store.rest(name) for name in sorted(store.resting.keys() | store.stale)}
