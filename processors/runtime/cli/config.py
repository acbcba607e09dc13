"""`loyalty config show`: the settings in force. Secrets are masked."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit
from processors.runtime.settings import Settings


def show_config(*, json: bool = False) -> int:
    """Show every setting, and whether it was set or is the default. Secrets are masked.

    Args:
        json: Print them as JSON.
    """
    settings = Settings()
    values: dict[str, object] = settings.model_dump(mode="json")
    if json:
        to_machine(values)
        return Exit.DONE
    table = Table()
    for column in ("variable", "value", "from"):
        table.add_column(column, overflow="fold")
    for name, value in values.items():
        origin = "set" if name in settings.model_fields_set else "default"
        table.add_row(f"LOYALTY_{name.upper()}", Text(str(value)), origin)
    to_people().print(table)
    return Exit.DONE
