"""Golden bytes: what was once written is read by today's code, and written again the same."""

from __future__ import annotations

from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import msgspec
import orjson
import pytest

from processors.accounts import account, items
from processors.partition import head, trail
from schemas import ledger, transfers
from schemas.decoding import decode_data
from schemas.inputs import INPUTS
from schemas.intake import canonical_data, read
from schemas.ledger import Outcome, encode
from schemas.outputs import OUTPUTS
from schemas.upcasts import UnknownVersion, read_record
from tests.golden.story import stored

GOLDEN = Path(__file__).parent.parent.parent / "golden"
STORED_IN = (account, items, head, trail, ledger, transfers)
"""What is in snapshots, in the ledger and in transfers."""
STORED = sorted((GOLDEN / "stored").glob("*"))
INPUT_FILES = sorted((GOLDEN / "inputs").glob("*.json"))


def body_of(path: Path) -> bytes:
    """The value, without the headers before it."""
    return path.read_bytes().rpartition(b"\n")[2]


def of(role: str) -> list[Path]:
    """The golden files of one topic."""
    return [path for path in STORED if path.name.startswith(role)]


def test_the_story_is_stored_as_ever() -> None:
    """Today's code writes the bytes that were committed, all of them and no others."""
    written = dict(stored())
    assert sorted(written) == [path.name for path in STORED]
    for path in STORED:
        assert written[path.name] == path.read_bytes(), path.name


@pytest.mark.parametrize("path", INPUT_FILES, ids=lambda path: path.stem)
def test_an_input_is_read_and_kept_the_same(path: Path) -> None:
    """Structured and binary give the same event; its canonical data decodes to itself."""
    event = orjson.loads(path.read_bytes())
    data = event.pop("data", {})
    structured = read(
        orjson.dumps(event | {"data": data}), [("content-type", b"application/cloudevents+json")]
    )
    headers = [(f"ce_{name}", str(value).encode()) for name, value in event.items()]
    binary = read(orjson.dumps(data), [("content-type", b"application/json"), *headers])
    assert structured == binary
    again = decode_data(structured.type, structured.event)
    assert again == structured.data
    assert canonical_data(structured.data) == structured.event


def test_every_input_type_has_a_golden_file() -> None:
    """A type of the contract without one is not held to anything."""
    assert sorted(path.stem for path in INPUT_FILES) == sorted(INPUTS)


@pytest.mark.parametrize("path", of("ledger"), ids=lambda path: path.name)
def test_a_ledger_record_is_read_and_written_the_same(path: Path) -> None:
    """Its bytes are canonical: decoded and encoded, they are what they were."""
    assert encode(read_record(body_of(path))) == body_of(path)


@pytest.mark.parametrize("path", of("transfers"), ids=lambda path: path.name)
def test_a_transfer_is_read_and_written_the_same(path: Path) -> None:
    """Its bytes are canonical."""
    body = body_of(path)
    assert transfers.ENCODER.encode(transfers.DECODER.decode(body)) == body


@pytest.mark.parametrize("path", of("snapshots"), ids=lambda path: path.name)
def test_an_account_is_read_and_written_the_same(path: Path) -> None:
    """Snapshot bytes are the account's bytes; a head is not an account."""
    body = body_of(path)
    if b'"next_seq"' not in body:
        assert account.ENCODER.encode(account.DECODER.decode(body)) == body


@pytest.mark.parametrize(
    "path",
    [one for role in ("balances", "eligibility", "notices") for one in of(role) if body_of(one)],
    ids=lambda path: path.name,
)
def test_an_output_is_as_the_contract_says(path: Path) -> None:
    """Its data has the fields of its type's model, and no others."""
    text = path.read_bytes()
    kind = next(
        line.removeprefix(b"ce_type: ").decode()
        for line in text.splitlines()
        if line.startswith(b"ce_type: ")
    )
    OUTPUTS[kind].model_validate_json(body_of(path))


def test_every_outcome_and_output_has_golden_bytes() -> None:
    """What no story tells is held to nothing."""
    outcomes = {read_record(body_of(path)).outcome for path in of("ledger")}
    assert outcomes == set(get_args(Outcome))
    kinds = {line for path in STORED for line in path.read_bytes().splitlines()}
    assert {f"ce_type: {kind}".encode() for kind in OUTPUTS} <= kinds


def test_every_collection_of_an_account_has_golden_bytes() -> None:
    """An item of a kind that no story tells is held to nothing."""
    kept = [orjson.loads(body_of(path)) for path in of("snapshots") if body_of(path)]
    collections = {
        name for name, kind in get_type_hints(account.Account).items() if get_origin(kind) is dict
    }
    assert {name for one in kept for name in one if name in collections} == collections


def test_what_stored_bytes_leave_out_means_the_same_as_ever() -> None:
    """What is at its default is not written, so no default may change under what is stored."""
    assert orjson.loads(orjson.dumps(defaults())) == orjson.loads(
        (GOLDEN / "defaults.json").read_bytes()
    )


def defaults() -> dict[str, object]:
    """What each kind of thing in an account and in the ledger says of itself, left alone."""
    kinds = [
        kind
        for module in STORED_IN
        for kind in vars(module).values()
        if isinstance(kind, type(msgspec.Struct)) and kind.__module__ == module.__name__
    ]
    return {
        f"{kind.__module__}.{kind.__name__}": {
            field.encode_name: default(field)
            for field in msgspec.structs.fields(kind)
            if not field.required
        }
        for kind in kinds
    }


def default(field: msgspec.structs.FieldInfo) -> object:
    """What a field says when nothing is said; `null` stands for nothing at all as well."""
    if field.default is msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default_factory())
    return None if field.default is msgspec.UNSET else msgspec.to_builtins(field.default)


def test_a_record_of_version_0_is_upgraded() -> None:
    """Version 0 named the rules that fired without their figures."""
    record = read_record((GOLDEN / "record-v0.json").read_bytes())
    assert record.v == 1
    assert record.why is not None
    assert [(fired.rule, fired.figures) for fired in record.why.fired] == [("base", {})]


def test_a_record_of_a_newer_release_is_refused() -> None:
    """Guessing at what it means would be worse."""
    with pytest.raises(UnknownVersion, match="version 99"):
        read_record(msgspec.json.encode({"v": 99}))
