"""The catalogue of faults, and which scenario shows what happens under each.

A scenario is a test with a mark: `@fault("F02", checks="O1 V4")`. The table in tests/README.md is
made of these marks by `python -m tests.faults`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.mark.structures import MarkDecorator


def fault(number: str, *, checks: str) -> MarkDecorator:
    """Mark a test as a scenario of the fault with that number; `checks` names invariants."""
    return pytest.mark.fault(number, checks)
