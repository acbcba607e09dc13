"""The rooms of the repository, and the doors between them."""

from __future__ import annotations

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"processors", "projections", "schemas"}
MODULES = sorted(
    path.relative_to(ROOT) for room in sorted(OURS) for path in (ROOT / room).rglob("*.py")
)
RUNTIME = Path("processors/runtime")
PURE = [module for module in MODULES if RUNTIME not in module.parents]
THE_WORLD = {
    "aiokafka", "asyncio", "faust", "logging", "mode", "multiprocessing", "os", "prometheus_client",
    "psutil", "pydantic_settings", "random", "secrets", "signal", "socket", "structlog",
    "subprocess", "sys", "threading", "time", "uuid",
}  # fmt: skip
CLOCKS = re.compile(r"\b(datetime|date)\.(now|utcnow|today)\(")


def imports(module: Path) -> set[str]:
    """Every module that a file imports, wherever in it, for types too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            found.add(node.module or "")
    return found


def roots(module: Path) -> set[str]:
    """The top-level packages that a file imports."""
    return {name.partition(".")[0] for name in imports(module)}


@pytest.mark.parametrize("module", PURE, ids=str)
def test_pure_code_cannot_reach_the_world(module: Path) -> None:
    """Only the runtime may import Kafka, clocks, randomness or the environment."""
    assert roots(module) & THE_WORLD == set()
    assert not CLOCKS.search((ROOT / module).read_text("utf-8"))


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_doors_open_one_way(module: Path) -> None:
    """Schemas know nothing of ours, projections know schemas, pure processors no runtime."""
    room = module.parts[0]
    ours = {name for name in imports(module) if name.partition(".")[0] in OURS}
    if room == "schemas":
        assert {name.partition(".")[0] for name in ours} <= {"schemas"}
    elif room == "projections":
        assert {name.partition(".")[0] for name in ours} <= {"schemas", "projections"}
    elif module in PURE:
        assert not {name for name in ours if name.startswith("processors.runtime")}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_code_does_not_import_tests(module: Path) -> None:
    """Tests stay home: the wheel does not hold them."""
    assert "tests" not in roots(module)


@pytest.mark.parametrize("module", sorted((ROOT / "tests/model").glob("*.py")), ids=str)
def test_the_model_shares_no_code_with_what_it_judges(module: Path) -> None:
    """A second reading of the rules is worth something only while it is a second one."""
    ours = {name for name in imports(module) if name.partition(".")[0] in OURS | {"tests"}}
    assert all(name.startswith("tests.model") for name in ours)


PLAIN_WORDS = {"challenges", "liability", "notices", "reviews", "seasonal", "stacking"}
"""Ids of programs that are words of the contract or of the language as well."""


def test_the_engine_knows_no_program() -> None:
    """Whatever a program does is said in its file; only the default setting names one."""
    programs = {path.parent.name for path in (ROOT / "programs").glob("*/program.yaml")}
    programs -= PLAIN_WORDS
    assert programs
    names = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(programs)))
    assert [
        str(module) for module in PURE if names.search((ROOT / module).read_text("utf-8"))
    ] == []


def test_nobody_else_ships_our_names() -> None:
    """A dependency with a package called schemas would shadow ours, or be shadowed."""
    owners = packages_distributions()
    strangers = {owner for name in OURS for owner in owners.get(name, [])} - {"loyalty-ledger"}
    assert strangers == set()


def test_every_package_is_a_regular_one() -> None:
    """A folder without __init__.py could be continued by another distribution."""
    folders = {module.parent for module in MODULES}
    assert {str(folder) for folder in folders if not (ROOT / folder / "__init__.py").is_file()} == (
        set()
    )
