"""The words that a program's file knows, and who says them: products, plans, rewards."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from schemas.inputs import INPUTS
from tests.driver.traffic import Sent, cloud_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile

Words = dict[str, list[object]]
LISTS = ("skus", "categories", "product_classes", "channels", "only", "never")
LISTED = ("rewards", "promotions", "units", "currencies")


def words_of(file: ProgramFile) -> Words:
    """What the file names, by kind of word."""
    found: Words = {}
    for key, value in _walk(file.model_dump(mode="json")):
        if key in LISTS and isinstance(value, list):
            found.setdefault(key, []).extend(value)
        elif key in {"order", "member", "member_not", "attribute"} and isinstance(value, dict):
            kind = "order" if key == "order" else "member"
            plain = [item for item in value.items() if isinstance(item[1], str | int)]
            found.setdefault(kind, []).extend(plain)
        elif key in {"plan", "without_plan", "ends_with_plan", "activity"} and value:
            found.setdefault("activity" if key == "activity" else "plan", []).append(value)
        elif key in LISTED and isinstance(value, dict | list):
            found.setdefault(key, []).extend(value)
        elif key == "counts" and isinstance(value, str) and value.startswith("activity:"):
            found.setdefault("activity", []).append(value.removeprefix("activity:"))
    return {key: list(dict.fromkeys(items)) for key, items in found.items()}


def _walk(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key), item
            yield from _walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)


class Speaker:
    """Says events of some members in the words of a program."""

    def __init__(self, file: ProgramFile, seed: int, members: int, now: int) -> None:
        self.chance = random.Random(seed)
        self.words = words_of(file)
        self.members = [f"m{number}" for number in range(members)]
        self.now = now
        self.sent: list[Sent] = []

    def say(self, kind: str, who: str, data: dict[str, object]) -> None:
        """Send one event, now."""
        value = cloud_event(kind, f"e{len(self.sent)}", who, self.now, data)
        self.sent.append(Sent(INPUTS[kind].topic, who, self.now, value, self.now))

    def who(self) -> str:
        """One of the members."""
        return self.chance.choice(self.members)

    def word(self, kind: str, other: str = "plain") -> str:
        """A word that the file knows, or one that it does not."""
        return str(self.chance.choice([*self.words.get(kind, ()), other]))

    def attributes(self, kind: str) -> dict[str, object]:
        """Attributes that conditions may ask for."""
        known = self.words.get(kind, ())
        return dict(item for item in known if self.chance.random() < 0.5)  # type: ignore[misc]
