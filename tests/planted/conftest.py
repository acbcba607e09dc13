"""Killed workers leave their clients unclosed: that is not what these tests are about."""

from __future__ import annotations

import gc
import warnings
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def buried() -> Iterator[None]:
    """What the simulation leaves is collected before the next test, without a word."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
        gc.collect()
