"""An examples file as read: its shape is checked here, with line and column of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from schemas.values import parse_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

FILE_KEYS = {"program", "defaults", "examples"}
DEFAULT_KEYS = {"currency", "source"}
EXAMPLE_KEYS = {"id", "says", "basis", "implicit_enrolment", "steps", "then"}
STEP_KEYS = {
    "at", "member", "event", "id", "source", "program", "testmode", "data", "clock", "then",
}  # fmt: skip
OUTCOMES = {"accepted", "refused", "parked", "duplicate", "conflicting"}
STEP_WORDS = {"outcome", "reason", "refusals"}
WORDS = {"notices", "ledger", "liability"}
MEMBER_WORDS = {"balances", "tiers", "eligible", "expiring"}


class FileFault(Exception):  # noqa: N818  # it names what it is: a fault in a file
    """The file cannot be read as examples. Lines and columns count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Step:
    """One step: an event, or the passing of time alone."""

    number: int
    line: int
    at: str
    instant: int
    member: str = ""
    event: str | None = None
    """The event's type; None for a step of the clock."""
    id: str | None = None
    source: str | None = None
    program: str | None = None
    testmode: bool = False
    data: Mapping[str, Json] = field(default_factory=dict)
    then: Mapping[str, Json] | None = None


@dataclass(frozen=True)
class Example:
    """One example: steps in order, and what must hold after the last."""

    id: str
    says: str
    line: int
    steps: tuple[Step, ...]
    implicit_enrolment: bool = True
    then: Mapping[str, Json] | None = None


@dataclass(frozen=True)
class Document:
    """One file of examples about one program."""

    program: str
    currency: str | None
    source: str
    examples: tuple[Example, ...]


def load(text: str) -> Document:
    """The examples of a file. Raises `FileFault` with the place of the first thing wrong."""
    root = Node(_parse(text), 1, 1)
    root.only(FILE_KEYS, "the file")
    defaults = root.child("defaults", {})
    defaults.only(DEFAULT_KEYS, "defaults")
    examples = tuple(_example(node) for node in root.items("examples"))
    if not examples:
        root.fail("examples must be a list that is not empty")
    names: dict[str, int] = {}
    for example in examples:
        if example.id in names:
            message = f"the id {example.id} is also used in line {names[example.id]}"
            raise FileFault(message, example.line, 1)
        names[example.id] = example.line
    currency = defaults.text("currency") if "currency" in defaults.map() else None
    source = defaults.text("source") if "source" in defaults.map() else "examples"
    return Document(root.text("program"), currency, source, examples)


class Node:
    """A value of the file with its place."""

    def __init__(self, value: object, line: int, column: int) -> None:
        self.value = value
        self.line = line
        self.column = column

    def fail(self, message: str) -> NoReturn:
        """Refuse the file because of this value."""
        raise FileFault(message, self.line, self.column)

    def map(self) -> dict[str, object]:
        """The value, which must be a map."""
        if not isinstance(self.value, dict):
            self.fail("this must be a map")
        return self.value

    def only(self, allowed: set[str], what: str) -> None:
        """Refuse keys that are not known."""
        for key in self.map():
            if key not in allowed:
                self._at(key).fail(f"{what} has an unknown key {key!r}")

    def child(self, key: str, default: object = None) -> Node:
        """The value under a key, which must be there unless there is a default."""
        value = self.map().get(key, default)
        if value is None and key not in self.map():
            self.fail(f"{key} is missing")
        return self._at(key, value)

    def items(self, key: str) -> list[Node]:
        """The list under a key."""
        node = self.child(key)
        if not isinstance(node.value, list):
            node.fail(f"{key} must be a list")
        places = getattr(node.value, "lc", None)
        found = []
        for index, value in enumerate(node.value):
            line, column = (node.line - 1, 0) if places is None else places.item(index)
            found.append(Node(value, line + 1, column + 1))
        return found

    def text(self, key: str) -> str:
        """The text under a key."""
        node = self.child(key)
        if not isinstance(node.value, str) or not node.value:
            node.fail(f"{key} must be a text that is not empty")
        return str(node.value)

    def _at(self, key: str, value: object = None) -> Node:
        places = getattr(self.value, "lc", None)
        line, column = self.line - 1, self.column - 1
        if places is not None and key in (places.data or {}):
            line, column = places.value(key)
        return Node(value, line + 1, column + 1)


def _parse(text: str) -> object:
    reader = YAML(typ="rt")
    reader.allow_duplicate_keys = False
    try:
        return reader.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        problem = str(error.problem or error.context or "this is no YAML").splitlines()[0]
        raise FileFault(problem, line, column) from error
    except YAMLError as error:
        raise FileFault(str(error).splitlines()[0], 1, 1) from error


def _example(node: Node) -> Example:
    node.only(EXAMPLE_KEYS, "an example")
    implicit = node.map().get("implicit_enrolment", True)
    if not isinstance(implicit, bool):
        node.child("implicit_enrolment").fail("implicit_enrolment must be true or false")
    steps = tuple(_step(step, number) for number, step in enumerate(node.items("steps"), 1))
    if not steps:
        node.fail("steps must be a list that is not empty")
    says = node.text("says")
    return Example(node.text("id"), says, node.line, steps, implicit, _then(node, of_step=False))


def _step(node: Node, number: int) -> Step:
    node.only(STEP_KEYS, "a step")
    values = node.map()
    at = node.text("at")
    try:
        instant = parse_instant(at)
    except ValueError as error:
        node.child("at").fail(f"at {error}")
    if ("event" in values) == ("clock" in values):
        node.fail("a step has either an event or clock: true")
    if "clock" in values:
        if values["clock"] is not True or set(values) - {"at", "clock", "then"}:
            node.fail("a clock step carries at, clock: true and then, no more")
        return Step(number, node.line, at, instant, then=_then(node, of_step=True))
    optional = {key: node.text(key) for key in ("id", "source", "program") if key in values}
    testmode = values.get("testmode", False)
    if not isinstance(testmode, bool):
        node.child("testmode").fail("testmode must be true or false")
    data = plain(node.child("data", {}).map())
    if not isinstance(data, dict):
        node.fail("data must be a map")
    return Step(
        number,
        node.line,
        at,
        instant,
        node.text("member"),
        node.text("event"),
        testmode=testmode,
        data=data,
        then=_then(node, of_step=True),
        **optional,
    )


def _then(node: Node, *, of_step: bool) -> dict[str, Json] | None:
    if "then" not in node.map():
        return None
    then = node.child("then")
    for key, value in then.map().items():
        place = then.child(key)
        if key in STEP_WORDS:
            if not of_step or "event" not in node.map():
                place.fail(f"{key} belongs to a step with an event")
            if key == "outcome" and value not in OUTCOMES:
                place.fail(f"outcome must be one of {', '.join(sorted(OUTCOMES))}")
        elif key not in WORDS:
            place.only(MEMBER_WORDS, key)
    checked = plain(then.value)
    if not isinstance(checked, dict) or not checked:
        then.fail("then must be a map that is not empty")
    return checked


def plain(value: object) -> Json:
    """The value without the reader's own types."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    return int(value) if isinstance(value, int) else str(value)
