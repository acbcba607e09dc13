"""What is known of mutants, kept outside the repository: one JSON line for each verdict."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

from tests.mutation.judge import SURVIVED, TIMED_OUT, UNSEEN, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutation.mutants import Mutant


class Results:
    """Verdicts on mutants of files as they are now; those on older texts do not count."""

    def __init__(self, root: Path, path: Path) -> None:
        self.root, self.path = root, path
        self.hashes: dict[str, str] = {}

    def of(self, sample: list[Mutant]) -> dict[str, list[Verdict]]:
        """By mutant, its verdicts, the latest last: a survivor may have been tried again."""
        found: dict[str, list[Verdict]] = {}
        hashes = {one.id: self.text(one.file) for one in sample}
        for line in self.path.read_text("utf-8").splitlines() if self.path.exists() else ():
            said = json.loads(line)
            if hashes.get(said["mutant"]) == said.pop("text"):
                found.setdefault(said["mutant"], []).append(Verdict(**said))
        return found

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Written at once: whoever is interrupted goes on from here."""
        said = verdict._asdict() | {"text": self.text(mutant.file)}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")

    def left(self, sample: list[Mutant]) -> list[Mutant]:
        """Those without a verdict."""
        known = self.of(sample)
        return [one for one in sample if one.id not in known]

    def unseen(self, sample: list[Mutant], *, again: bool) -> list[Mutant]:
        """Those that all tests have still to be asked about; if wished, survivors once more."""
        known = self.of(sample)
        wanted = {UNSEEN, SURVIVED, TIMED_OUT} if again else {UNSEEN}
        return [one for one in sample if one.id in known and known[one.id][-1].verdict in wanted]

    def text(self, file: str) -> str:
        """A hash of a file as it is now."""
        if file not in self.hashes:
            content = (self.root / file).read_bytes()
            self.hashes[file] = blake2b(content, digest_size=5).hexdigest()
        return self.hashes[file]
