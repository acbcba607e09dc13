"""One output topic against its ledger, where retention or compaction took part of it."""

from __future__ import annotations

from processors.verify.findings import MOST_OF_A_KIND, Findings, Place
from processors.verify.outputs import OutputCheck, digest_of

ONE, TWO, THREE = "one", "two", "three"


def check(*, compacted: bool = False, begin: int = 0) -> OutputCheck:
    """A check of a partition of which the records before `begin` are gone."""
    return OutputCheck(Findings(), "topic", 0, compacted=compacted, begin=begin)


def expect(checked: OutputCheck, *names: str, certain: bool = True) -> None:
    """The ledger publishes these for one member, in this order."""
    for name in names:
        checked.expect(name, b"m", name.encode(), certain=certain)


def told(checked: OutputCheck, *, live: bool = False) -> list[str]:
    """What is found in the end."""
    checked.finish(live=live)
    return [finding.what for finding in checked.findings.kept]


def test_what_retention_took_is_not_missing() -> None:
    """Given a topic whose beginning is gone, only what lies after its first record is asked for."""
    trimmed = check(begin=7)
    expect(trimmed, ONE, TWO)
    trimmed.take(TWO, TWO.encode(), 7)
    assert (told(trimmed), trimmed.removed) == ([], 1)
    emptied = check(begin=7)
    expect(emptied, ONE, TWO)
    assert (told(emptied), emptied.removed) == ([], 2)


def test_what_is_not_there_though_nothing_was_taken_is_missing() -> None:
    """Given a whole topic, or a record left out after the first, each is told."""
    whole = check()
    expect(whole, ONE, TWO)
    whole.take(TWO, TWO.encode(), 0)
    assert (told(whole), whole.removed) == (["output one of m is missing"], 0)
    empty = check()
    expect(empty, ONE)
    assert told(empty) == ["output one of m is missing"]
    trimmed = check(begin=7)
    expect(trimmed, ONE, TWO, THREE)
    trimmed.take(ONE, ONE.encode(), 7)
    trimmed.take(THREE, THREE.encode(), 8)
    assert told(trimmed) == ["output two of m is missing"]


def test_what_may_not_be_written_yet_is_not_missing() -> None:
    """Given a record beyond the cut, its output may come later; before the cut it may not."""
    checked = check()
    expect(checked, ONE, certain=False)
    expect(checked, TWO)
    assert told(checked) == ["output two of m is missing"]


def test_what_is_ahead_of_a_ledger_that_grows_is_no_stranger() -> None:
    """Given an output of no record, it is a stranger only when the ledger stands still."""
    for live, says in ((True, []), (False, ["output one follows from no ledger record"])):
        checked = check()
        checked.take(ONE, ONE.encode(), 0)
        assert told(checked, live=live) == says
        assert checked.ahead == int(live)


def test_compaction_leaves_the_latest_of_each_key() -> None:
    """Given a compacted topic, an older record may be gone, the last one may not."""
    older = check(compacted=True)
    expect(older, ONE, TWO)
    older.take(TWO, TWO.encode(), 1)
    assert (told(older), older.removed) == ([], 1)
    last = check(compacted=True)
    expect(last, ONE, TWO)
    last.expect(THREE, b"other", THREE.encode(), certain=True)
    last.take(ONE, ONE.encode(), 0)
    last.take(THREE, THREE.encode(), 2)
    assert told(last) == ["output two of m is missing"]


def test_no_room_for_what_is_missing_is_told() -> None:
    """Given a compacted topic whose records stand closer than what they left out, that is told."""
    checked = check(compacted=True)
    expect(checked, ONE, TWO, THREE)
    checked.take(ONE, ONE.encode(), 0)
    checked.take(THREE, THREE.encode(), 1)
    assert told(checked) == ["1 records are missing before it"]


def test_what_readers_see_as_two_things_is_not_the_same() -> None:
    """No value is not an empty one, and a key does not run on into its value."""
    assert digest_of(b"k", None, ()) != digest_of(b"k", b"", ())
    assert digest_of(None, b"v", ()) != digest_of(b"", b"v", ())
    assert digest_of(b"ab", b"c", ()) != digest_of(b"a", b"bc", ())


def test_findings_of_one_kind_are_kept_up_to_a_bound_and_counted_all() -> None:
    """Given thousands of one kind and one of another, both kinds are told."""
    findings = Findings()
    for offset in range(1_000):
        findings.add("V3 chain", Place("ledger", 0, offset), "broken", "whole")
    findings.add("C2 sum", Place("ledger", 0, -1), "5", "zero")
    assert MOST_OF_A_KIND == 25
    assert [one.id for one in findings.kept] == ["V3 chain"] * 25 + ["C2 sum"]
    assert len(findings) == 1_001
