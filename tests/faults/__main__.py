"""`python -m tests.faults`: write the table of scenarios into tests/README.md."""

from __future__ import annotations

from tests.faults.table import README, written

README.write_text(written(), "utf-8")
