"""The page that teaches the language: each of its steps is taken, and its table is complete."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from processors.engine import engine_of
from processors.examples import load, play
from processors.examples.report import lines
from processors.programs.load import check
from processors.programs.load import load as load_program
from processors.programs.reference import page, tables
from processors.runtime.cli import run
from processors.runtime.cli.language import schema
from processors.runtime.cli.library import systems
from processors.runtime.faults import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[3] / "programs"
PAGE = (FOLDER / "README.md").read_text("utf-8")
HEAD, *BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
STEPS = list(zip(BLOCKS[::2], BLOCKS[1::2], strict=True))


def plain(text: str) -> Any:
    """A block of the page as plain values."""
    return YAML(typ="safe", pure=True).load(text)


def merged(below: Any, above: Any) -> Any:
    """Maps key by key; anything else replaces what was there."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return below | {key: merged(below.get(key), value) for key, value in above.items()}


def files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The program's file after each step, and the step's examples."""
    whole: Any = {}
    for number, (program, examples) in enumerate(STEPS, 1):
        whole = merged(whole, plain(program))
        file = folder / f"step-{number}.yaml"
        with file.open("w", encoding="utf-8") as out:
            YAML(typ="safe", pure=True).dump(whole, out)
        yield file, HEAD + examples


@pytest.mark.parametrize("number", range(1, 11))
def test_each_step_is_in_order_and_does_what_its_example_says(number: int, tmp_path: Path) -> None:
    """As a reader takes them, one after the other."""
    file, examples = list(files(tmp_path))[number - 1]
    assert check(file) == []
    results = play(load(examples), load_program(str(file)), engine_of)
    assert [line for result in results if not result.holds for line in lines(result)] == []


def test_the_table_links_every_program_of_every_system() -> None:
    """A row for each, with its file and its examples."""
    assert len(STEPS) == 10
    for names in systems().values():
        for name in names:
            assert f"[{name}]({name}/program.yaml)" in PAGE
            assert (FOLDER / name / "examples.yaml").is_file()
    here = {path.parent.name for path in FOLDER.glob("*/program.yaml")}
    assert here == {name for names in systems().values() for name in names}


def test_every_key_of_the_language_is_on_the_page() -> None:
    """With its kind, its default and a sentence, as the models have them."""
    assert page() in PAGE
    assert [key for table in tables() for key in table.keys if not key.text] == []


def test_a_map_of_the_language_is_shown_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    """`loyalty program keys NAME`; without one, all of them."""
    assert run(["program", "keys", "Expiry"]) == Exit.DONE
    assert "renewed_by" in capsys.readouterr().out
    assert run(["program", "keys"]) == Exit.DONE
    assert "Promotion" in capsys.readouterr().out
    assert run(["program", "keys", "Promotions"]) == Exit.USAGE
    assert "Promotion" in capsys.readouterr().err


def test_the_published_schema_is_the_languages() -> None:
    """`loyalty program schema > programs/program.schema.json` after a change of the language."""
    assert json.loads((FOLDER / "program.schema.json").read_text("utf-8")) == schema()
