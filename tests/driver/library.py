"""Every program of this repository, and what its file says of itself as a whole."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from processors.engine import engine_of
from processors.programs.compiler import compile_program
from processors.programs.load import read, shelves

if TYPE_CHECKING:
    from processors.programs.compiled import Program
    from processors.programs.model import ProgramFile
    from processors.topology import Topology

IDEAS = (Path(__file__).parents[1] / "unit/programs").glob("*/program.yaml")
FILES = {file.parent.name: file for shelf in shelves() for file in shelf.glob("*/program.yaml")}
FILES |= {file.parent.name: file for file in IDEAS}
PROGRAMS = sorted(FILES)


@cache
def program_of(name: str) -> tuple[ProgramFile, Program]:
    """A program's file and what it compiles to."""
    file: Path = FILES[name]
    model = read(file)
    return model, compile_program(model)


def without_newest(model: ProgramFile) -> Program:
    """The program as it was before its newest version was written."""
    *former, _ = sorted(model.versions, key=lambda name: model.versions[name].effective_from)
    versions = {name: model.versions[name] for name in former}
    return compile_program(model.model_copy(update={"versions": versions}))


def deploy(topology: Topology, program: Program) -> None:
    """All workers are started again with another program."""
    topology.engine = engine_of(program, topology.count)
    for number in range(topology.count):
        topology.restart(number)


def pools_nothing(name: str) -> bool:
    """True unless all members share a budget or a stock: first come, first served."""
    return not program_of(name)[1].pooled


def keeps_something(name: str) -> bool:
    """True for programs whose file says that something outlives a full refund."""
    version = max(program_of(name)[0].versions.values(), key=lambda one: one.effective_from)
    lasting = any(one.on_refund == "keep_voucher" for one in version.conversions.values())
    resets = any(one.on_balance and one.on_balance.reset for one in version.rewards.values())
    spends = any(one.mode == "reset" for one in version.conversions.values())
    spends = spends or bool(version.allowances)
    forgiving = version.refund.mode == "none" or version.negative_balance != "carry"
    return lasting or resets or spends or forgiving
