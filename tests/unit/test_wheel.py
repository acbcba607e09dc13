"""What is installed is all that is needed, and no more."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import run
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"processors", "projections", "schemas"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, outside of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    made = run(build, cwd=ROOT, capture_output=True, check=False)  # noqa: S603  # our own words
    assert made.returncode == 0, made.stderr.decode()
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_our_packages_alone(installed: Path) -> None:
    """Tests stay home: a stranger's tests package would meet ours."""
    folders = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}
    assert folders == OURS


def test_programs_travel_with_the_code(installed: Path) -> None:
    """A program's id means the same file in a checkout and in an installation."""
    programs = sorted(path.parent.name for path in (ROOT / "programs").glob("*/program.yaml"))
    words = (
        "import sys; from processors.runtime.cli import run;"
        "sys.exit(sum(run(['program', 'check', name]) for name in sys.argv[1:]))"
    )
    done = run(  # noqa: S603  # our own words
        [sys.executable, "-c", words, *programs],
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace("\n", "").count(str(installed)) == len(programs) > 0


def test_nobody_can_upload_it(installed: Path) -> None:
    """The names of our packages are too common for a public index."""
    (metadata,) = installed.glob("*.dist-info/METADATA")
    assert "Classifier: Private :: Do Not Upload" in metadata.read_text("utf-8")
