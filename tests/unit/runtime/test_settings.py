"""Settings come from the environment and a file, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the one who runs the tests, and a home of their own."""
    for name in [name for name in os.environ if name.startswith("LOYALTY_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOYALTY_HOME", str(tmp_path))


def test_a_variable_beats_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What an operator sets by hand counts more than what lies on the disk."""
    (tmp_path / "other.toml").write_text('partitions = 3\nprogram = "filed"\n', "utf-8")
    monkeypatch.setenv("LOYALTY_CONFIG", "other.toml")
    monkeypatch.setenv("LOYALTY_PARTITIONS", "12")
    settings = Settings()
    assert (settings.partitions, settings.program) == (12, "filed")


def test_the_file_of_the_folder_is_read(tmp_path: Path) -> None:
    """Without LOYALTY_CONFIG it is loyalty.toml."""
    (tmp_path / "loyalty.toml").write_text('output_prefix = "blue."\n', "utf-8")
    assert Settings().names.of("ledger") == "blue.loyalty.ledger.v1"


def test_settings_are_frozen() -> None:
    """They are read once; nothing changes them afterwards."""
    with pytest.raises(ValidationError):
        Settings().partitions = 7  # type: ignore[misc]  # that it is refused is the point


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret stands in no text and no dump of the settings."""
    monkeypatch.setenv("LOYALTY_ALIAS_SECRET", "pepper")
    settings = Settings()
    assert "pepper" not in f"{settings!r} {settings.model_dump_json()}"
    assert settings.alias_secret.get_secret_value() == "pepper"


def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure out of its bounds stops the start, not the first event."""
    monkeypatch.setenv("LOYALTY_PARTITIONS", "0")
    with pytest.raises(ValidationError, match="partitions"):
        Settings()


def test_the_local_broker_is_found(tmp_path: Path) -> None:
    """Without LOYALTY_BROKER the commands use the broker that `broker start` started."""
    assert Settings().broker == "127.0.0.1:9092"
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "port").write_text("19099", "utf-8")
    assert Settings().broker == "127.0.0.1:19099"


def test_a_given_broker_counts_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """LOYALTY_BROKER is taken as it stands."""
    monkeypatch.setenv("LOYALTY_BROKER", "a:1,b:2")
    settings = Settings()
    assert settings.broker == "a:1,b:2"
    assert "broker" in settings.model_fields_set
