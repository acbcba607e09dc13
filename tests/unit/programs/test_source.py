"""Files and versions that extend others: what they say, and where each word of it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.programs.load import ProgramError, check, load, read

if TYPE_CHECKING:
    from pathlib import Path

BASE = """\
time_zone: UTC
versions:
  v1:
    units: {points: {scale: 0}}
    earning:
      base: {unit: points, rate: {points: "1"}}
    rewards:
      mug: {unit: points, cost: "10"}
"""
VARIANT = """\
program: variant
extends: base.yaml
versions:
  v1:
    effective_from: 2015-01-01
    earning:
      base: {rate: {points: "2"}}
    rewards:
      mug: null
      cup: {unit: points, cost: "20"}
  v2:
    extends: v1
    effective_from: 2016-01-01
    rewards:
      cup: {cost: "30"}
"""


def written(folder: Path, variant: str = VARIANT, base: str = BASE) -> Path:
    """Both files in a folder; answers the variant."""
    (folder / "base.yaml").write_text(base, "utf-8")
    (folder / "program.yaml").write_text(variant, "utf-8")
    return folder / "program.yaml"


def refusal(file: Path) -> str:
    """What is said of a file that cannot be used."""
    with pytest.raises(ProgramError) as caught:
        read(file)
    return str(caught.value)


def test_what_a_variant_says_goes_before_what_it_extends(tmp_path: Path) -> None:
    """Maps are merged key by key; null takes a key away; a version extends the merged one."""
    versions = read(written(tmp_path)).versions
    assert versions["v1"].earning["base"].rate.points == "2"
    assert versions["v1"].earning["base"].unit == "points"
    assert set(versions["v1"].rewards) == {"cup"}
    assert versions["v2"].rewards["cup"].cost == "30"
    assert versions["v2"].rewards["cup"].unit == "points"
    assert versions["v2"].earning == versions["v1"].earning


def test_a_variant_compiles_like_the_same_words_in_one_file(tmp_path: Path) -> None:
    """The versions' hashes tell nothing of how they were written down."""
    whole = tmp_path / "whole.yaml"
    whole.write_text(
        """\
program: variant
time_zone: UTC
versions:
  v1:
    effective_from: 2015-01-01
    units: {points: {scale: 0}}
    earning:
      base: {unit: points, rate: {points: "2"}}
    rewards:
      cup: {unit: points, cost: "20"}
""",
        "utf-8",
    )
    variant = load(str(written(tmp_path)))
    assert variant.versions[0].hash == load(str(whole)).versions[0].hash


def test_a_mistake_in_the_base_is_found_in_the_base(tmp_path: Path) -> None:
    """With the base's own line and column."""
    file = written(tmp_path, base=BASE.replace("cost:", "costs:").replace("mug", "jug"))
    assert f"{tmp_path / 'base.yaml'}:8:27: versions.v1.rewards.jug.costs" in refusal(file)


def test_a_mistake_in_the_variant_is_found_in_the_variant(tmp_path: Path) -> None:
    """Also where the version that it extends has the same map."""
    file = written(tmp_path, VARIANT.replace('{cost: "30"}', '{coost: "30"}'))
    said = refusal(file)
    assert f"{file}:15:13: versions.v2.rewards.cup.coost" in said


def test_a_mistake_that_a_version_takes_over_is_found_where_it_is_written(tmp_path: Path) -> None:
    """In the version that it extends."""
    file = written(tmp_path, VARIANT.replace('cost: "20"', 'cost: "twenty"'))
    assert f"{file}:10:27: versions.v1.rewards.cup.cost" in refusal(file)


@pytest.mark.parametrize(
    ("variant", "said"),
    [
        (VARIANT.replace("base.yaml", "basis.yaml"), ":2:1: extends: there is no file"),
        (VARIANT.replace("base.yaml", "program.yaml"), ":2:1: extends: extends itself"),
        (VARIANT.replace("extends: v1", "extends: v0"), "v2.extends: there is no version v0"),
        (VARIANT.replace("extends: v1", "extends: v2"), "v2.extends: extends itself"),
    ],
)
def test_what_cannot_be_extended_is_said(tmp_path: Path, variant: str, said: str) -> None:
    """A file or version that does not exist, or a circle."""
    assert said in refusal(written(tmp_path, variant))


def test_what_is_merged_by_an_alias_has_its_own_place(tmp_path: Path) -> None:
    """YAML's own `<<` points to where the anchor is."""
    file = tmp_path / "program.yaml"
    file.write_text(
        """\
program: merged
time_zone: UTC
versions:
  v1: &v1
    effective_from: 2015-01-01
    units: {points: {scale: 0}}
    earning:
      base: {unit: points, rat: {}}
  v2:
    <<: *v1
    effective_from: 2016-01-01
""",
        "utf-8",
    )
    assert refusal(file).count(":8:28: ") == 1, "said once, though both versions have it"


def test_warnings_know_the_file_too(tmp_path: Path) -> None:
    """What is probably not meant is found in the base as well."""
    far = BASE.replace('cost: "10"', 'cost: "10", minimum_order: "0.00"') + "    streaks: {}\n"
    found = check(written(tmp_path, VARIANT.replace("      mug: null\n", ""), far))
    assert all(finding.file in {"", str(tmp_path / "base.yaml")} for finding in found)


def test_what_a_variant_takes_away_is_found_where_it_does_so(tmp_path: Path) -> None:
    """Though the name stands in the base: the line that the reader can change, and the other."""
    base = BASE + "    promotions: {twice: {rules: [base], multiply: '2'}}\n"
    renamed = VARIANT.replace("base: {rate:", "base: null\n      main: {unit: points, rate:")
    said = refusal(written(tmp_path, renamed, base))
    assert said.count("program.yaml:7:7: versions.v1.earning.base: is taken away") == 1
    assert f"and {tmp_path / 'base.yaml'}:9:34 names it" in said
    assert "keep it, or say `promotions.twice.rules` here as well" in said


def test_a_mistake_in_a_base_names_the_line_that_extends_it(tmp_path: Path) -> None:
    """Either file can say it otherwise."""
    file = written(tmp_path, VARIANT.replace("mug: null", "bag: null"), BASE.replace('"10"', '"x"'))
    assert f"{tmp_path / 'base.yaml'}:8:27: " in refusal(file)
    assert f"(extended at {file}:8:5)" in refusal(file)


def test_a_version_that_takes_away_what_its_parent_names_is_found_too(tmp_path: Path) -> None:
    """Within one file it is the same."""
    base = BASE + "    promotions: {twice: {rules: [base], multiply: '2'}}\n"
    file = written(tmp_path, VARIANT + "    earning: {base: null}\n", base)
    assert f"{file}:16:15: versions.v2.earning.base: is taken away" in refusal(file)
