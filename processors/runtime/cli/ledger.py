"""`loyalty ledger verify`: everything read back from Kafka, and checked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.table import Table

from processors.programs.load import load
from processors.runtime.cli.output import progress, to_machine, to_people
from processors.runtime.deciding import Redecision
from processors.runtime.faults import Exit
from processors.runtime.reading import reader
from processors.runtime.settings import Settings
from processors.runtime.verifying import Verifier
from processors.verify.whole import OUTPUT_ROLES, Topics
from projections.outputs import outputs
from schemas.values import format_amount

if TYPE_CHECKING:
    from rich.console import Console

    from processors.runtime.deciding import Decided
    from processors.verify.whole import Report
    from schemas.topics import Names

WORDS = {
    "balances": "balances",
    "eligibility": "eligibility events",
    "notices": "notices",
    "dead_letters": "dead letters",
}


def verify(*, json: bool = False, quiet: bool = False) -> int:
    """Check ledger, outputs, transfers and snapshots against each other.

    Starts with no worker's state: reads the topics from Kafka, checks sequences, hashes and sums,
    folds every account anew, and compares states and outputs byte for byte. Exit code 3 if
    anything differs.

    Args:
        json: Print the report as JSON.
        quiet: Show no progress.
    """
    report = asyncio.run(_verify(Settings(), quiet=quiet or json))
    if json:
        to_machine(as_json(report))
    else:
        show(report, to_people())
    return Exit.DONE if report.holds else Exit.DIFFERENT


async def _verify(settings: Settings, *, quiet: bool) -> Report:
    topics = topics_of(settings.names)
    async with reader(settings.broker) as source:
        with progress("verifying", quiet=quiet) as tell:
            return await Verifier(source, topics, outputs, tell).run()


def decide(*, json: bool = False, quiet: bool = False) -> int:
    """Decide all inputs again, in the ledger's order, and compare the records that come of it.

    Reads inputs and ledger from Kafka and writes nothing; workers may run meanwhile. Exit code 3 if
    a record comes out another way, which a changed program, or another release, would show.

    Args:
        json: Print the report as JSON.
        quiet: Show no progress.
    """
    settings = Settings()
    with progress("deciding again", quiet=quiet or json) as tell:
        decided = asyncio.run(Redecision(settings, load(settings.program), tell).run())
    if json:
        to_machine(
            decided._asdict() | {"differences": [one._asdict() for one in decided.differences]}
        )
    else:
        show_decided(decided, to_people())
    return Exit.DIFFERENT if decided.different else Exit.DONE


def show_decided(decided: Decided, console: Console) -> None:
    """The report for people."""
    console.print(f"{decided.records - decided.gone:,} records decided again")
    if decided.gone:
        console.print(f"{decided.gone:,} records whose inputs are not kept any more")
    for one in decided.differences:
        place = f"partition {one.partition}, offset {one.offset}"
        console.print(f"  {place}: other {', '.join(one.fields)}")
    if decided.different:
        console.print(f"{decided.different:,} records come out another way.")
    else:
        console.print("[green]The same ledger.[/green]")


def topics_of(names: Names) -> Topics:
    """The topics of a deployment that are checked."""
    return Topics(
        names.of("ledger"),
        names.of("snapshots"),
        names.of("transfers"),
        {role: names.of(role) for role in OUTPUT_ROLES},
    )


def as_json(report: Report) -> dict[str, object]:
    """The report for a machine."""
    return report._asdict() | {
        "holds": report.holds,
        "findings": [
            finding._asdict() | {"place": finding.place._asdict()} for finding in report.findings
        ],
    }


def show(report: Report, console: Console) -> None:
    """The report for people."""
    console.print(f"{report.records:,} ledger records follow each other, hash by hash")
    for outcome, count in sorted(report.outcomes.items(), key=lambda item: -item[1]):
        console.print(f"  {count:>12,}  {outcome}")
    if report.ignored:
        console.print(f"  {report.ignored:>12,}  ignored by the accept rule")
    console.print(
        f"{report.snapshots:,} of {report.accounts:,} accounts compared with a fresh fold"
    )
    for role, count in report.outputs.items():
        console.print(f"{count:,} {WORDS[role]} compared with a fresh projection")
    if report.repeats or report.removed:
        console.print(
            f"{report.repeats:,} repeats with the same bytes;"
            f" {report.removed:,} removed by compaction or retention"
        )
    console.print(
        f"{report.transfers:,} transfers sent and received once, {report.on_the_way:,} on the way"
    )
    console.print(f"{report.waiting:,} inputs still parked")
    _show_units(report, console)
    _show_findings(report, console)


def _show_units(report: Report, console: Console) -> None:
    for unit, buckets in report.units.items():
        scale = report.scales.get(unit, 0)
        table = Table(title=f"{unit}, all accounts", title_justify="left")
        table.add_column("account")
        table.add_column("sum", justify="right")
        for bucket, amount in sorted(buckets.items()):
            table.add_row(bucket.replace("_", " "), format_amount(amount, scale))
        table.add_row("together", format_amount(sum(buckets.values()), scale))
        console.print(table)


def _show_findings(report: Report, console: Console) -> None:
    if report.live:
        console.print("The ledger grew meanwhile; what came after the last head was not judged.")
    if report.holds:
        console.print("[green]No difference.[/green]")
        return
    table = Table(title=f"{report.total:,} differences", title_justify="left")
    for column in ("id", "where", "what", "expected"):
        table.add_column(column, overflow="fold")
    for finding in report.findings:
        place = finding.place
        where = f"{place.topic}/{place.partition}/{place.offset}"
        table.add_row(finding.id, where, finding.what, finding.expected)
    console.print(table)
    if report.total > len(report.findings):
        console.print(f"{report.total - len(report.findings):,} more of the same kinds")
