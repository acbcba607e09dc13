"""Play examples: each in a topology of its own, with several partitions, so transfers travel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import orjson

from processors.examples import compare
from processors.examples.report import Failure, Result
from processors.examples.stage import PARTITIONS, Stage
from processors.examples.why import reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.examples.compare import Difference
    from processors.examples.document import Document, Example, Json, Step
    from processors.examples.stage import Seen
    from processors.partition import Engine
    from processors.programs.compiled import Program

NO_MEMBERS = {"outcome", "reason", "refusals", "notices", "ledger", "liability"}


def play(
    document: Document, program: Program, engine_of: Callable[[Program, int], Engine]
) -> list[Result]:
    """Play every example of a document."""
    return [play_one(document, example, program, engine_of) for example in document.examples]


def play_one(
    document: Document,
    example: Example,
    program: Program,
    engine_of: Callable[[Program, int], Engine],
) -> Result:
    """Play one example from nothing."""
    if not example.implicit_enrolment:
        versions = tuple(replace(version, enrolment="required") for version in program.versions)
        program = replace(program, versions=versions)
    stage = Stage(engine_of(program, PARTITIONS), document, example)
    failures: list[Failure] = []
    step = None
    try:
        for step in example.steps:
            seen = stage.take(step)
            if step.then is not None:
                failures += check(stage, step, step.then, seen)
        if example.then is not None:
            failures += check(stage, None, example.then, stage.whole())
    except Exception as error:  # noqa: BLE001  # a fault of the engine fails this example alone
        came = f"{type(error).__name__}: {error}"
        number = None if step is None else step.number
        failures.append(Failure(number, "the engine failed", "a decision", came))
    return Result(example.id, example.says, tuple(failures))


def check(stage: Stage, step: Step | None, then: Mapping[str, Json], seen: Seen) -> list[Failure]:
    """All in which a step, or the whole example, is not as said."""
    differences: list[Difference] = []
    for word, expected in then.items():
        if word not in NO_MEMBERS:
            differences += _member(stage, word, cast("dict[str, Json]", expected))
    differences += _words(stage, then, seen)
    why = tuple(reasons(seen.records))
    number = None if step is None else step.number
    return [Failure(number, what, wanted, came, why) for what, wanted, came in differences]


def _words(stage: Stage, then: Mapping[str, Json], seen: Seen) -> list[Difference]:
    found: list[Difference] = []
    if "outcome" in then and then["outcome"] != seen.outcome:
        came = seen.outcome if seen.reason is None else f"{seen.outcome} ({seen.reason})"
        found.append(("outcome", compare.shown(then["outcome"]), came))
    if "reason" in then and then["reason"] != seen.reason:
        found.append(("reason", compare.shown(then["reason"]), compare.shown(seen.reason)))
    if "refusals" in then:
        found += compare.multiset("refusals", then["refusals"], seen.refusals)
    if "notices" in then:
        found += compare.contained("notices", then["notices"], seen.notices)
    for member, entries in cast("dict[str, Json]", then.get("ledger", {})).items():
        found += compare.one_to_one(f"ledger.{member}", entries, stage.entries(member, seen))
    for unit, figures in cast("dict[str, Json]", then.get("liability", {})).items():
        found += compare.amounts(f"liability.{unit}", figures, stage.liability(unit))
    return found


def _member(stage: Stage, member: str, expected: Mapping[str, Json]) -> list[Difference]:
    balance = stage.balance(member)
    balances = cast("dict[str, dict[str, Json]]", balance.get("balances", {}))
    tiers = cast("dict[str, dict[str, Json]]", balance.get("tiers", {}))
    found: list[Difference] = []
    for unit, amounts in _map(expected, "balances"):
        found += compare.amounts(f"{member}.balances.{unit}", amounts, balances.get(unit))
    for unit, listed in _map(expected, "expiring"):
        came = cast("list[Json]", balances.get(unit, {}).get("expiring", []))
        found += compare.one_to_one(f"{member}.expiring.{unit}", listed, came)
    for ladder, tier in _map(expected, "tiers"):
        named: Json = tier if isinstance(tier, dict) else {"tier": tier}
        held = tiers.get(ladder) or stage.lowest(ladder)
        found += compare.fields(f"{member}.tiers.{ladder}", named, held)
    if "eligible" in expected:
        open_now = stage.eligible(member)
        found += compare.eligible(f"{member}.eligible", expected["eligible"], open_now)
    return found


def _map(expected: Mapping[str, Json], word: str) -> list[tuple[str, Json]]:
    return list(cast("dict[str, Json]", expected.get(word, {})).items())


def as_json(results: list[Result]) -> bytes:
    """The results for a machine."""
    return orjson.dumps(
        [
            {
                "example": result.example,
                "says": result.says,
                "holds": result.holds,
                "failures": [
                    {
                        "step": failure.step,
                        "what": failure.what,
                        "expected": failure.expected,
                        "came": failure.came,
                        "why": list(failure.why),
                    }
                    for failure in result.failures
                ],
            }
            for result in results
        ],
        option=orjson.OPT_INDENT_2,
    )
