"""`loyalty topics plan|apply`: the topics as they are, and as they should be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.table import Table

from processors.runtime import admin
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit
from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from processors.runtime.admin import Plan


def show_plan(*, json: bool = False) -> int:
    """Show every topic, what is missing, and which settings drifted. Changes nothing.

    Exit code 1 if `topics apply` has something to do; 4 if a topic has the wrong partition count.

    Args:
        json: Print the plan as JSON.
    """
    settings = Settings()
    plans = asyncio.run(admin.plan(settings))
    _show(settings, plans, json=json)
    admin.check_counts(plans)
    return Exit.DONE if all(item.state == "as planned" for item in plans) else Exit.FAILED


def apply_plan(*, json: bool = False) -> int:
    """Create what is missing, and adjust settings that drifted. Never touches a partition count.

    Args:
        json: Print what was done as JSON.
    """
    settings = Settings()
    plans = asyncio.run(admin.apply(settings))
    if json:
        _show(settings, plans, json=True)
        return Exit.DONE
    console = to_people()
    for item in plans:
        if item.state == "missing":
            console.print(f"created   {item.name}")
        for change in item.drift:
            console.print(f"adjusted  {item.name}  {change}")
    kept = sum(item.state == "as planned" for item in plans)
    count = f"{settings.partitions} partitions each"
    console.print(f"{len(plans)} topics, {count}; {kept} were as they should be")
    return Exit.DONE


def _show(settings: Settings, plans: list[Plan], *, json: bool) -> None:
    if json:
        to_machine([_plain(item) for item in plans])
        return
    table = Table(
        title=f"{settings.broker}, {settings.partitions} partitions", title_justify="left"
    )
    for column in ("topic", "kept", "partitions", "state"):
        table.add_column(column, overflow="fold")
    for item in plans:
        there = "" if item.partitions is None else str(item.partitions)
        state = "\n".join([item.state, *item.drift])
        table.add_row(item.name, item.topic.cleanup, there, state)
    to_people().print(table)


def _plain(item: Plan) -> dict[str, object]:
    return {
        "topic": item.name,
        "partitions": item.partitions,
        "wanted_partitions": item.wanted,
        "state": item.state,
        "drift": list(item.drift),
    }
