"""`topics` and `send` on a real broker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson
import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from processors.runtime import admin
from processors.runtime.cli import run
from processors.runtime.faults import Exit
from processors.runtime.reading import reader
from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from processors.partition.records import Fetched

GOOD = {
    "specversion": "1.0",
    "id": "e1",
    "source": "shop",
    "type": "loyalty.member.enrolled.v1",
    "time": "2026-03-01T10:00:00Z",
    "subject": "m1",
    "data": {},
}
MARCH_MS = 1_772_359_200_000


@pytest.fixture
def settings(kafka: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A deployment of this test's own."""
    monkeypatch.setenv("LOYALTY_BROKER", kafka)
    monkeypatch.setenv("LOYALTY_INPUT_PREFIX", prefix)
    monkeypatch.setenv("LOYALTY_OUTPUT_PREFIX", prefix)
    monkeypatch.setenv("LOYALTY_PARTITIONS", "2")
    return Settings()


async def _drop_retention(settings: Settings) -> None:
    async with admin.admin(settings) as client:
        name = settings.names.of("ledger")
        await client.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name, configs={"retention.ms": "1000"})]
        )
        for _ in range(admin.LOOKS):  # the broker learns of it from its controller
            if any(item.drift for item in await admin.plan(settings)):
                return
            await asyncio.sleep(admin.LOOK_SECONDS)


async def _all(settings: Settings, role: str) -> list[Fetched]:
    found: list[Fetched] = []
    async with reader(settings.broker) as source:
        logs = [(settings.names.of(role), number) for number in range(settings.partitions)]
        async for records in source.read(await source.spans(logs)):
            found += records
    return found


def test_apply_creates_and_mends(settings: Settings) -> None:
    """Missing topics are created; a setting that somebody changed is seen and set right."""
    assert run(["topics", "plan"]) == Exit.FAILED
    assert run(["topics", "apply"]) == Exit.DONE
    assert run(["topics", "plan"]) == Exit.DONE
    asyncio.run(_drop_retention(settings))
    drifted = [item for item in asyncio.run(admin.plan(settings)) if item.drift]
    assert [item.topic.role for item in drifted] == ["ledger"]
    assert run(["topics", "apply"]) == Exit.DONE
    assert run(["topics", "plan"]) == Exit.DONE


@pytest.mark.usefixtures("settings")
def test_another_partition_count_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It would send every account somewhere else, so nothing goes on."""
    assert run(["topics", "apply"]) == Exit.DONE
    (tmp_path / "one.jsonl").write_bytes(orjson.dumps(GOOD))
    monkeypatch.setenv("LOYALTY_PARTITIONS", "3")
    for words in (["topics", "apply"], ["topics", "plan"], ["send", str(tmp_path / "one.jsonl")]):
        assert run(words) == Exit.UNREACHABLE
        assert "LOYALTY_PARTITIONS" in capsys.readouterr().err


@pytest.mark.usefixtures("settings")
def test_missing_topics_are_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Nothing is created on the way; the message says which command does."""
    (tmp_path / "one.jsonl").write_bytes(orjson.dumps(GOOD))
    assert run(["send", str(tmp_path / "one.jsonl")]) == Exit.UNREACHABLE
    assert "loyalty topics apply" in capsys.readouterr().err


def test_more_replicas_than_brokers_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The client raises nothing when the broker refuses a topic; we do."""
    assert settings.replicas == settings.broker.count(",") + 1
    monkeypatch.setenv("LOYALTY_REPLICAS", "9")
    assert run(["topics", "apply"]) == Exit.UNREACHABLE
    assert "LOYALTY_REPLICAS" in capsys.readouterr().err


def test_good_lines_go_only_when_asked_for(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file with a bad line sends nothing, or with --skip-bad the rest; exit code 1 either way."""
    assert run(["topics", "apply"]) == Exit.DONE
    late = {**GOOD, "id": "e2", "arrivaltime": "2026-03-01T10:00:01Z"}
    lines = [orjson.dumps(GOOD), b"nonsense", orjson.dumps(late)]
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(lines))
    assert run(["send", str(file)]) == Exit.FAILED
    assert asyncio.run(_all(settings, "members")) == []
    capsys.readouterr()
    assert run(["send", str(file), "--skip-bad", "--stamp", "time", "--json"]) == Exit.FAILED
    said = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert said[0] == {"line": 2, "path": "", "problem": "not JSON at byte 0"}
    assert (said[-1]["sent"], said[-1]["bad"]) == (2, 1)
    sent = asyncio.run(_all(settings, "members"))
    assert [record.timestamp for record in sent] == [MARCH_MS, MARCH_MS + 1000]
    assert {record.key for record in sent} == {b"m1"}
