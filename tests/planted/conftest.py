"""Planted defects are shown by the simulator, and leave what it leaves."""

from __future__ import annotations

from tests.simulator.conftest import buried

__all__ = ["buried"]
