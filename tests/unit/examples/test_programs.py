"""Every program that ships with examples keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from processors.engine import engine_of
from processors.examples import load, play
from processors.examples.report import lines
from processors.examples.stage import PARTITIONS, Stage
from processors.programs.load import load as load_program
from tests.driver.checking import verified

if TYPE_CHECKING:
    from processors.partition import Engine
    from processors.programs.compiled import Program

EXAMPLES = sorted(Path(__file__).parents[3].glob("programs/*/examples.yaml"))
OF_TESTS = sorted(Path(__file__).parents[1].glob("programs/*/examples.yaml"))
"""Of programs that stand beside the tests alone."""


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.parent.name)
def test_the_examples_of_a_program_hold(file: Path) -> None:
    """Each of them, through the real processor, on several partitions."""
    document = load(file.read_text("utf-8"))
    results = play(document, load_program(document.program), engine_of)
    failed = [line for result in results if not result.holds for line in lines(result)]
    assert failed == []


@pytest.mark.parametrize("file", EXAMPLES + OF_TESTS, ids=lambda file: file.parent.name)
def test_examples_hold_wherever_history_begins(file: Path) -> None:
    """Also for accounts that take a checkpoint at the first chance, and begin there."""
    document = load(file.read_text("utf-8"))
    results = play(document, load_program(str(file.parent)), soon_kept)
    assert [line for result in results if not result.holds for line in lines(result)] == []


def soon_kept(program: Program, partitions: int) -> Engine:
    """The engine, with checkpoints of accounts that have a single record."""
    return engine_of(program, partitions)._replace(whole=0)


@pytest.mark.parametrize("file", EXAMPLES + OF_TESTS, ids=lambda file: file.parent.name)
def test_the_books_of_a_programs_examples_verify(file: Path) -> None:
    """Each leaves a ledger, snapshots, outputs and transfers in which the checker finds nothing."""
    document = load(file.read_text("utf-8"))
    engine = engine_of(load_program(str(file.parent)), PARTITIONS)
    for example in document.examples:
        stage = Stage(engine, document, example)
        for step in example.steps:
            stage.take(step)
        assert verified(stage.topology).findings == (), example.id


def test_the_starter_program_has_examples() -> None:
    """Or the test above would hold without looking at anything."""
    assert "starter" in {file.parent.name for file in EXAMPLES}
    assert OF_TESTS
