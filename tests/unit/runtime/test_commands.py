"""Every command is there, and every failure is one screen and an exit code."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run as spawn

import pytest

from processors.runtime.cli import run
from processors.runtime.cli.table import COMMANDS
from processors.runtime.faults import Exit

ROOT = Path(__file__).parents[3]
NOWHERE = "127.0.0.1:1"
SCREEN = 24


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No broker answers, and no file of settings lies about."""
    monkeypatch.setenv("LOYALTY_BROKER", NOWHERE)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("words", [row[0] for row in COMMANDS])
def test_every_command_explains_itself(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its module can be imported, and `--help` says what it does."""
    assert run([*words.split(), "--help"]) == Exit.DONE
    assert f"loyalty {words}" in capsys.readouterr().out


def test_help_imports_no_client() -> None:
    """`loyalty --help` is quick, for it waits for no Kafka and no Faust."""
    script = (
        "import sys; from processors.runtime.cli import run; code = run(['--help']);"
        "sys.exit(code or bool({'aiokafka', 'faust'} & set(sys.modules)))"
    )
    done = spawn([sys.executable, "-c", script], capture_output=True, check=False, cwd=ROOT)  # noqa: S603  # our own words
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(
    ("words", "code", "advice"),
    [
        ("topics plan", Exit.UNREACHABLE, "loyalty broker start"),
        ("topics apply", Exit.UNREACHABLE, "loyalty broker start"),
        ("balance m1", Exit.UNREACHABLE, "loyalty broker start"),
        ("member explain m1", Exit.UNREACHABLE, "loyalty broker start"),
        ("dlq list", Exit.UNREACHABLE, "loyalty broker start"),
        ("liability", Exit.UNREACHABLE, "loyalty broker start"),
        ("clock --to 2026-03-01T00:00:00Z", Exit.UNREACHABLE, "loyalty broker start"),
        ("clock --to yesterday", Exit.USAGE, "2026-09-01T00:00:00Z"),
        ("ledger verify", Exit.UNREACHABLE, "loyalty broker start"),
        ("ledger decide", Exit.UNREACHABLE, "loyalty broker start"),
        ("send nowhere.jsonl", Exit.USAGE, "one JSON event to a line"),
        ("program check strter", Exit.USAGE, "did you mean starter"),
        ("program test starter nowhere.yaml", Exit.USAGE, "Name a file of examples"),
        ("dlq show somewhere", Exit.USAGE, "partition/offset"),
        ("send", Exit.USAGE, "requires an argument"),
        ("sned", Exit.USAGE, "send"),
    ],
)
def test_a_failure_says_what_to_do(
    words: str, code: Exit, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One screen on stderr, and an exit code that is not 0."""
    assert run(words.split()) == code
    said = capsys.readouterr().err
    assert advice in " ".join(said.split())
    assert len(said.splitlines()) <= SCREEN


def test_a_setting_out_of_bounds_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The variable, and what is wrong with it."""
    monkeypatch.setenv("LOYALTY_PARTITIONS", "many")
    assert run(["config", "show"]) == Exit.USAGE
    assert "LOYALTY_PARTITIONS" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("partition = 3", "partition is no setting; did you mean partitions?"),
        ("partitions 3", "not TOML"),
        ("partitions = 0", "LOYALTY_PARTITIONS"),
    ],
)
def test_a_mistake_in_the_file_of_settings_is_named(
    text: str, advice: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A setting that does not exist is a typing error, and changes nothing silently."""
    (tmp_path / "loyalty.toml").write_text(text, "utf-8")
    assert run(["topics", "plan"]) == Exit.USAGE
    assert advice in capsys.readouterr().err


def test_a_file_of_settings_that_is_named_must_be_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Defaults in its place would be a surprise."""
    monkeypatch.setenv("LOYALTY_CONFIG", "nowhere.toml")
    assert run(["config", "show"]) == Exit.USAGE
    assert "nowhere.toml is not there" in capsys.readouterr().err


def test_settings_say_where_they_come_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Environment, file or default; a variable that is no setting is pointed out."""
    (tmp_path / "loyalty.toml").write_text("partitions = 3", "utf-8")
    monkeypatch.setenv("LOYALTY_PARTITION", "4")
    assert run(["config", "show"]) == Exit.DONE
    said = capsys.readouterr()
    rows = {row[1]: row[5] for line in said.out.splitlines() if len(row := line.split()) > 5}
    assert rows["LOYALTY_BROKER"] == "environment"
    assert rows["LOYALTY_PARTITIONS"] == "loyalty.toml"
    assert rows["LOYALTY_CLOCK"] == "default"
    assert "LOYALTY_PARTITION is no setting; did you mean LOYALTY_PARTITIONS?" in said.err


def test_secrets_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`config show` masks them, for people and for machines."""
    monkeypatch.setenv("LOYALTY_ALIAS_SECRET", "pepper")
    assert run(["config", "show"]) == run(["config", "show", "--json"]) == Exit.DONE
    said = capsys.readouterr().out
    assert "LOYALTY_ALIAS_SECRET" in said
    assert "pepper" not in said


def test_a_given_broker_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """With LOYALTY_BROKER set, start and stop do nothing, and say so."""
    assert run(["broker", "start"]) == run(["broker", "stop"]) == Exit.DONE
    assert capsys.readouterr().out.count("LOYALTY_BROKER names a broker") == 2
    assert run(["broker", "status"]) == Exit.UNREACHABLE


def test_bad_lines_hold_back_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every bad line is named, and the broker is not even asked."""
    file = tmp_path / "events.jsonl"
    file.write_text('{"id": 1}\n\nnonsense\n', "utf-8")
    assert run(["send", str(file)]) == Exit.FAILED
    said = capsys.readouterr().out
    assert "events.jsonl:1:" in said
    assert "events.jsonl:3:" in said
    assert "Nothing was sent" in said


def test_every_one_of_many_bad_lines_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To whoever reads a file or a pipe; a terminal gets one screen."""
    file = tmp_path / "events.jsonl"
    file.write_text("nonsense\n" * 70, "utf-8")
    assert run(["send", str(file)]) == Exit.FAILED
    assert capsys.readouterr().out.count("events.jsonl:") == 70
