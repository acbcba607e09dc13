"""`loyalty program explain|schema|preview|diff`: the language, and what a program would do."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # the command line reads the annotation
from typing import TYPE_CHECKING

import orjson
from rich.markup import escape
from rich.table import Table

from processors.engine import engine_of
from processors.preview import Preview, Sent, preview
from processors.programs.changes import changes, program_changes
from processors.programs.lint import PAGES
from processors.programs.load import find, load, read
from processors.programs.model import ProgramFile
from processors.programs.reference import tables
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit, Fault
from processors.runtime.lines import check
from projections.explanation import Fact, explain
from schemas.values import parse_instant

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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from processors.programs.model import Version


def explain_finding(finding: str | None = None) -> int:
    """Explain a finding of `program check`; without an id, list them all.

    Args:
        finding: Its id, as it stands in brackets at the end of the finding.
    """
    console = to_people()
    if finding is None:
        for name, page in PAGES.items():
            console.print(f"{name:<22} {page.title}", markup=False)
        return Exit.DONE
    if finding not in PAGES:
        known = ", ".join(PAGES)
        raise Fault(f"there is no finding {finding}", f"Known are {known}.", Exit.USAGE)
    shown = PAGES[finding]
    kind = "The program cannot be used." if shown.error else "A warning; `accepts:` silences it."
    text = shown.text.replace("\n", " ")
    console.print(f"{finding}: {shown.title}\n\n{text}\n\n{kind}", markup=False)
    return Exit.DONE


def show_keys(name: str | None = None) -> int:
    """Show the keys of one map of the language; without a name, list the maps.

    Args:
        name: The map's name, as programs/README.md links it: Promotion, Reward, When.
    """
    console = to_people()
    found = {table.title: table for table in tables()}
    if name is None:
        for table in found.values():
            console.print(f"{table.title:<16} {table.text}", markup=False)
        return Exit.DONE
    if name not in found:
        raise Fault(f"the language has no {name}", f"Known are {', '.join(found)}.", Exit.USAGE)
    shown = Table(title=found[name].text, title_justify="left")
    for column in ("key", "what it is", "default", "meaning"):
        shown.add_column(column)
    for key in found[name].keys:
        shown.add_row(escape(key.name), escape(key.kind), escape(key.default), escape(key.text))
    console.print(shown)
    return Exit.DONE


def show_schema() -> int:
    """Print the JSON Schema of program files, for editors."""
    to_machine(schema())
    return Exit.DONE


def schema() -> dict[str, object]:
    """The JSON Schema of a program file."""
    made = ProgramFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | made


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
    for record in answer.records:
        for fact in explain(record):
            if fact.part != "event":
                console.print(_told(fact, answer.reasons), markup=False, soft_wrap=True)
    if answer.lines:
        console.print("what each line would earn if it stood alone:")
        table = Table()
        for name in ("line", "kind", "amount", "rule", "earns", "why nothing"):
            table.add_column(name)
        for line in answer.lines:
            amount = f"{line.amount_minor // 100}.{line.amount_minor % 100:02d}"
            why = ", ".join(WORDS.get(one, one) for one in line.why.split(", ")) if line.why else ""
            rule = line.rule or "none"
            table.add_row(line.line, line.kind, amount, rule, line.amount, escape(why))
        console.print(table)
    for tier in answer.tiers:
        console.print(f"next tier: {tier.name}, {tier.missing} to go", markup=False)
    for reward in answer.rewards[:1]:
        console.print(f"next reward: {reward.name}, {reward.missing} to go", markup=False)


def _told(fact: Fact, reasons: dict[str, str]) -> str:
    """A line of the answer; what did not fire with its reason in words."""
    text = fact.text
    if fact.part == "missed":
        text = reasons.get(fact.name) or _in_words(text)
    return f"{fact.part:<10} {fact.name}  {text}"


def _in_words(reason: str) -> str:
    if reason.startswith("not:"):
        return f"asks for another {reason.removeprefix('not:')} (`when`)"
    return WORDS.get(reason, reason)


def show_diff(before: str, after: str, *, json: bool = False) -> int:
    """Say in words what changed in meaning between two versions. Exit code 1 if anything did.

    Args:
        before: A program, its file, or one version of it: PROGRAM@VERSION.
        after: The same. Without versions, the files are compared, version by version.
        json: Print the changes as JSON.
    """
    if "@" in before or "@" in after:
        found = changes(_version(before), _version(after))
    else:
        found = program_changes(read(find(before)), read(find(after)))
    if json:
        to_machine([change._asdict() for change in found])
    else:
        console = to_people()
        for change in found:
            console.print(f"{change.about} {change.text}", markup=False, soft_wrap=True)
        if not found:
            console.print("The two mean the same.")
    return Exit.FAILED if found else Exit.DONE


def _version(name: str) -> Version:
    program, _, label = name.partition("@")
    versions = read(find(program)).versions
    if not label:
        return max(versions.values(), key=lambda version: version.effective_from)
    if label not in versions:
        known = ", ".join(versions)
        raise Fault(f"{program} has no version {label}", f"Known are {known}.", Exit.USAGE)
    return versions[label]
