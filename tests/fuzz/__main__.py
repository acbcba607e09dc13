"""`make fuzz SECONDS=60`: coverage-guided hostile bytes and headers (atheris).

Starts from one good event of every type; what was found interesting is kept below .loyalty, and
the next run goes on from there. Ends with an error and a file that holds the bytes of a crash.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["schemas", "processors", "projections"]):
    import orjson

    from tests.fuzz.target import STRUCTURED, fold, golden

CORPUS = Path(".loyalty") / "fuzz"


def hostile(data: bytes) -> None:
    """One record with these bytes; the fold must answer for it and go on.

    What stands before an empty line are headers, as in binary mode.
    """
    head, gap, body = data.partition(b"\n\n")
    lines = [line.partition(b":") for line in head.split(b"\n")] if gap else []
    headers = [(name.decode("latin-1"), content) for name, _, content in lines]
    fold((b"ana", body, headers) if gap else (b"ana", data, STRUCTURED))


def binary(event: dict[str, object]) -> bytes:
    """An event in binary mode, as the fuzzer takes it apart."""
    attributes = {name: str(text) for name, text in event.items() if name != "data"}
    head = [f"ce_{name}:{text}" for name, text in attributes.items()]
    return "\n".join([*head, "", ""]).encode() + orjson.dumps(event["data"])


def main() -> None:
    """Fuzz for a number of seconds."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    CORPUS.mkdir(parents=True, exist_ok=True)
    for kind, event in golden().items():
        (CORPUS / kind).write_bytes(orjson.dumps(event))
        (CORPUS / f"{kind}.binary").write_bytes(binary(event))
    limits = [f"-max_total_time={options.seconds}", "-max_len=4096", f"-artifact_prefix={CORPUS}/"]
    atheris.Setup([sys.argv[0], *limits, str(CORPUS)], hostile)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
