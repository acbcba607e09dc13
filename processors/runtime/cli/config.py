"""`loyalty config show`: the settings in force. Secrets are masked."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.cli.screens import unknown
from processors.runtime.faults import Exit
from processors.runtime.settings import Settings, origin_of, unknown_variables, variable_of


def show_config(*, json: bool = False) -> int:
    """Show every setting, and where its value comes from. Secrets are masked.

    Args:
        json: Print them as JSON.
    """
    settings = Settings()
    values: dict[str, object] = settings.model_dump(mode="json")
    for name in unknown_variables():
        said = unknown(name, [variable_of(known) for known in values])
        Console(stderr=True, highlight=False).print(Text(said), soft_wrap=True)
    if json:
        to_machine(values)
        return Exit.DONE
    table = Table()
    for column in ("variable", "value", "from"):
        table.add_column(column, overflow="fold")
    for name, value in values.items():
        table.add_row(variable_of(name), Text(str(value)), origin_of(settings, name))
    to_people().print(table)
    return Exit.DONE
