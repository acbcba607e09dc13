"""`make fuzz SECONDS=60`: coverage-guided hostile bytes (atheris), until the time is over.

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
    """One record with these bytes; the fold must answer for it and go on."""
    fold((b"ana", data, STRUCTURED))


def main() -> None:
    """Fuzz for a number of seconds."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    CORPUS.mkdir(parents=True, exist_ok=True)
    for kind, event in golden().items():
        (CORPUS / kind).write_bytes(orjson.dumps(event))
    limits = [f"-max_total_time={options.seconds}", "-max_len=4096", f"-artifact_prefix={CORPUS}/"]
    atheris.Setup([sys.argv[0], *limits, str(CORPUS)], hostile)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
