"""`loyalty send FILE.jsonl`: events of a file to the topics where workers read them."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path  # noqa: TC003  # the command line reads the annotation
from typing import TYPE_CHECKING, Literal, NamedTuple

import orjson
from rich.text import Text

from processors.programs.load import load
from processors.runtime import sending
from processors.runtime.cli.output import progress, to_people
from processors.runtime.faults import Exit, Fault
from processors.runtime.lines import Finding, check, to_record
from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from processors.runtime.lines import Record

SHOWN = 20
"""Bad lines on a terminal: one screen. Whoever reads a file or a pipe gets every one."""
TOLD_SECONDS = 1.0


class Bad(NamedTuple):
    """A line that may not go, and why."""

    line: int
    findings: list[Finding]


def send(
    file: Path,
    *,
    skip_bad: bool = False,
    stamp: Literal["time", "now"] = "now",
    json: bool = False,
) -> int:
    """Send the events of a file: one CloudEvent in JSON to a line.

    Every line is checked first. If one is bad nothing is sent, unless the good ones are asked for;
    exit code 1 either way. Sending a file twice does no harm.

    Args:
        file: The events, one to a line.
        skip_bad: Send the good lines although others are bad.
        stamp: The records' timestamps: each event's time, for imports; or the time of sending. A
            line may carry its own as `arrivaltime`.
        json: Print findings and progress as JSON lines.
    """
    settings = Settings()
    latest = None if stamp == "time" else _now() + int(settings.future_limit_seconds * 1_000_000)
    total, bad = _check_all(file, latest)
    _tell_bad(file, bad, json=json)
    if bad and not skip_bad:
        _tell({"sent": 0, "good": total - len(bad), "bad": len(bad)}, json=json)
        if not json:
            to_people().print(
                "Nothing was sent. Mend these lines, or add --skip-bad to leave them out."
            )
        return Exit.FAILED
    bad_lines = {one.line for one in bad}
    records = _records(file, bad_lines, settings)
    began = time.monotonic()
    with progress("sending", quiet=json) as bar:
        tell = _teller(total - len(bad), bar, json=json)
        sent = asyncio.run(sending.send(settings, records, sending.Stamp(stamp == "time"), tell))
    took = round(time.monotonic() - began, 3)
    _tell({"sent": sent, "bad": len(bad), "seconds": took}, json=json)
    return Exit.FAILED if bad else Exit.DONE


def _now() -> int:
    return time.time_ns() // 1000


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not empty, counted from 1."""
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                text = line.strip()
                if text:
                    yield number, text
    except OSError as error:
        advice = "Name a file with one JSON event to a line."
        raise Fault(f"{file} cannot be read: {error.strerror}", advice, Exit.USAGE) from None


def _check_all(file: Path, latest: int | None) -> tuple[int, list[Bad]]:
    total, bad = 0, []
    for number, line in _lines(file):
        total += 1
        findings = check(line, latest)
        if findings:
            bad.append(Bad(number, findings))
    return total, bad


def _records(file: Path, bad: set[int], settings: Settings) -> Iterator[Record]:
    region = load(settings.program).phone_region
    for number, line in _lines(file):
        if number not in bad:
            yield to_record(line, region, settings.partitions, settings.input_prefix)


def _tell_bad(file: Path, bad: list[Bad], *, json: bool) -> None:
    if json:
        for one in bad:
            for path, problem in one.findings:
                _tell({"line": one.line, "path": path, "problem": problem}, json=True)
        return
    console = to_people()
    shown = bad[:SHOWN] if console.is_terminal else bad
    for one in shown:
        for path, problem in one.findings:
            where = f"{file}:{one.line}: " + (f"{path}: " if path else "")
            console.print(Text(where + problem), soft_wrap=True)
    if len(shown) < len(bad):
        console.print(f"and {len(bad) - SHOWN:,} more bad lines; `| less` or --json shows them all")


def _teller(total: int, bar: Callable[[int, int], None], *, json: bool) -> Callable[[int], None]:
    """Progress: a bar for people; for machines a line a second."""
    last = time.monotonic()

    def tell(done: int) -> None:
        nonlocal last
        bar(done, total)
        if json and time.monotonic() - last >= TOLD_SECONDS:
            last = time.monotonic()
            _tell({"sent": done, "of": total}, json=True)

    return tell


def _tell(said: dict[str, object], *, json: bool) -> None:
    if json:
        sys.stdout.write(orjson.dumps(said).decode() + "\n")
        sys.stdout.flush()
    else:
        to_people().print(", ".join(f"{name} {value}" for name, value in said.items()))
