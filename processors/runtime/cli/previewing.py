"""`loyalty program preview`: what an event would do, as somebody who sells reads it."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # the command line reads the annotation
from typing import TYPE_CHECKING

import orjson
from rich.markup import escape
from rich.table import Table

from processors.engine import engine_of
from processors.outlook import short
from processors.preview import Preview, Sent, preview
from processors.programs.load import find, load, read
from processors.runtime.cli.output import to_people
from processors.runtime.cli.refusals import said
from processors.runtime.faults import Exit, Fault
from processors.runtime.lines import check
from projections.explanation import Fact, explain
from schemas.values import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from processors.preview import Divided

WORDS = {
    "not_running": "is not running, or asks for what is not so",
    "nothing_to_earn_on": "finds no line or payment that earns, or too little for one point",
    "below_minimum": "needs more than this order has of what it looks at",
    "no_base_points": "comes on top of other points, and there are none",
    "not_yet": "was not bought often enough before",
    "capped": "gives less, or nothing: a cap is reached",
    "once_only": "is given once, and was",
}
"""What is said of what did not fire."""


def preview_event(
    program: str, *, event: Path, member: Path | None = None, at: str | None = None
) -> int:
    """Show what an event would do: per line and per rule, what would not fire, what is next.

    Args:
        program: The program's id under programs/, or a path to its file.
        event: A file with one event, as `loyalty send` takes it.
        member: A file with the member's events so far, one to a line.
        at: Let it happen at another time (RFC 3339, with an offset).
    """
    compiled = load(program)
    history = list(_events(member)) if member is not None else []
    found = list(_events(event))
    if len(found) != 1:
        raise Fault(f"{event} holds {len(found)} events", "Give one event.", Exit.USAGE)
    asked = found[0]
    if at is not None:
        asked["time"] = at
    subject = str(asked["subject"])
    mine = [_sent(one) for one in history if one["subject"] == subject]
    answer = preview(engine_of(compiled, 1), read(find(program)), mine, _sent(asked), subject)
    _show(answer, to_people())
    later = sum(one.time > _sent(asked).time for one in mine)
    if later:
        to_people().print(f"{later} events of {member} lie after it, and were left out")
    return Exit.DONE


def _sent(event: dict[str, object]) -> Sent:
    try:
        time = parse_instant(str(event["time"]))
    except (ValueError, OverflowError):
        place = f"{event['time']} is no instant"
        advice = "Write it as 2026-03-01T12:00:00+01:00."
        raise Fault(place, advice, Exit.USAGE) from None
    return Sent(orjson.dumps(event), time)


def _events(file: Path) -> Iterator[dict[str, object]]:
    try:
        text = file.read_bytes()
    except OSError as error:
        advice = "Name a file of events, one to a line."
        raise Fault(f"{file} cannot be read: {error}", advice, Exit.USAGE) from None
    for number, line in enumerate(_lines(text), 1):
        for problem in check(line):
            place = f"{file}:{number}: {problem.path}: {problem.problem}"
            raise Fault(place, "Mend the event, then try again.", Exit.USAGE)
        yield orjson.loads(line)


def _lines(text: bytes) -> list[bytes]:
    """The lines of a file; one event may also stand over several."""
    try:
        return [orjson.dumps(orjson.loads(text))]
    except orjson.JSONDecodeError:
        return [line for line in text.splitlines() if line.strip()]


def _show(answer: Preview, console: Console) -> None:
    """First what came of it, then what each line brings in, what did not fire, and what is next."""
    facts = [fact for record in answer.records for fact in explain(record)]
    for fact in facts:
        if fact.part not in {"event", "missed"}:
            console.print(_told(fact, answer.by_quantity), markup=False, soft_wrap=True)
    for order in answer.orders:
        if order.lines:
            console.print(f"what the lines of {order.order} bring in; it adds up to what it holds:")
            console.print(_table(order))
    for fact in facts:
        if fact.part == "missed":
            why = answer.reasons.get(fact.name) or WORDS.get(fact.text, fact.text)
            console.print(f"missed     {fact.name}  {why}", markup=False, soft_wrap=True)
    for kind, coming in (("next tier", answer.tiers), ("next reward", answer.rewards)):
        for one in coming:
            text = f"{kind}: {one.name}, {one.missing} to go (of {one.of})"
            console.print(text, markup=False, soft_wrap=True)


def _told(fact: Fact, by_quantity: frozenset[str]) -> str:
    """A line of the answer; of an entry without the buckets between which its points move."""
    text = fact.text
    if fact.part == "entry":
        text = text.partition(":")[0]
    elif fact.part == "refused":
        text = f"{said(fact.name)}{f' ({text})' if text else ''}"
    elif fact.part == "fired":
        parts = [part.partition(" ") for part in text.split(", ") if part]
        fine = fact.name in by_quantity
        text = ", ".join(_figure(name, value, fine=fine) for name, _, value in parts)
    return f"{fact.part:<10} {fact.name}  {text}"


def _figure(name: str, value: str, *, fine: bool) -> str:
    """One of the figures that a rule used, in words; fine ones count in millionths."""
    if name == "quantity" and fine:
        return f"{name} {short(int(value))}"
    if name == "basis_minor":
        return f"on {int(value) // 100}.{int(value) % 100:02d}"
    if name == "promotions":
        return f"with {value.replace(',', ' and ')}"
    return f"{name} {value.removesuffix('/1')}"


def _table(order: Divided) -> Table:
    """A row for each line, a column for each rule, and the sums."""
    table = Table(show_footer=bool(order.total))
    table.add_column("line")
    table.add_column("what")
    table.add_column("kept", justify="right", footer="in all")
    for rule, unit in order.units.items():
        total = escape(order.total.get(rule, ""))
        table.add_column(f"{escape(rule)}\n{escape(unit)}", justify="right", footer=total)
    table.add_column("why nothing")
    for line in order.lines:
        kept = f"{line.kept_minor // 100}.{line.kept_minor % 100:02d}"
        what = line.sku if line.kind == "goods" else f"{line.sku} ({line.kind})"
        shares = [line.shares.get(rule, "") for rule in order.units]
        table.add_row(line.id, escape(what), kept, *shares, escape(_in_words(line.why)))
    if order.whole:
        table.add_row("", "the order", "", *(order.whole.get(rule, "") for rule in order.units), "")
    return table


def _in_words(why: str) -> str:
    """Reasons that have a name, said in words."""
    parts = (part.partition(": ") for part in why.split("; "))
    return "; ".join(
        f"{name} {WORDS[reason]}" if reason in WORDS else f"{name}{mark}{reason}"
        for name, mark, reason in parts
    )
