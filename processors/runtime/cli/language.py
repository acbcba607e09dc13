"""`loyalty program explain|keys|schema|diff`: the language, and what changed in a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from processors.programs.changes import changes, program_changes
from processors.programs.lint import PAGES
from processors.programs.load import find, read
from processors.programs.model import ProgramFile
from processors.programs.reference import tables
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit, Fault

if TYPE_CHECKING:
    from processors.programs.model import Version


def explain_finding(finding: str | None = None) -> int:
    """Explain a finding of `program check`; without an id, list them all.

    Args:
        finding: Its id, as it stands in brackets at the end of the finding.
    """
    console = to_people()
    if finding is None:
        for name, page in PAGES.items():
            console.print(f"{name:<22} {page.title}", markup=False)
        return Exit.DONE
    if finding not in PAGES:
        known = ", ".join(PAGES)
        raise Fault(f"there is no finding {finding}", f"Known are {known}.", Exit.USAGE)
    shown = PAGES[finding]
    kind = "The program cannot be used." if shown.error else "A warning; `accepts:` silences it."
    text = shown.text.replace("\n", " ")
    console.print(f"{finding}: {shown.title}\n\n{text}\n\n{kind}", markup=False)
    return Exit.DONE


def show_keys(name: str | None = None) -> int:
    """Show the keys of one map of the language; without a name, list the maps.

    Args:
        name: The map's name, as programs/README.md links it: Promotion, Reward, When.
    """
    console = to_people()
    found = {table.title: table for table in tables()}
    if name is None:
        for table in found.values():
            console.print(f"{table.title:<16} {table.text}", markup=False)
        return Exit.DONE
    if name not in found:
        raise Fault(f"the language has no {name}", f"Known are {', '.join(found)}.", Exit.USAGE)
    shown = Table(title=found[name].text, title_justify="left")
    for column in ("key", "what it is", "default", "meaning"):
        shown.add_column(column)
    for key in found[name].keys:
        shown.add_row(escape(key.name), escape(key.kind), escape(key.default), escape(key.text))
    console.print(shown)
    return Exit.DONE


def show_schema() -> int:
    """Print the JSON Schema of program files, for editors."""
    to_machine(schema())
    return Exit.DONE


def schema() -> dict[str, object]:
    """The JSON Schema of a program file."""
    made = ProgramFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | made


def show_diff(before: str, after: str, *, json: bool = False) -> int:
    """Say in words what changed in meaning between two versions. Exit code 1 if anything did.

    Args:
        before: A program, its file, or one version of it: PROGRAM@VERSION.
        after: The same. Without versions, the files are compared, version by version.
        json: Print the changes as JSON.
    """
    if "@" in before or "@" in after:
        found = changes(_version(before), _version(after))
    else:
        found = program_changes(read(find(before)), read(find(after)))
    if json:
        to_machine([change._asdict() for change in found])
    else:
        console = to_people()
        for change in found:
            console.print(f"{change.about} {change.text}", markup=False, soft_wrap=True)
        if not found:
            console.print("The two mean the same.")
    return Exit.FAILED if found else Exit.DONE


def _version(name: str) -> Version:
    program, _, label = name.partition("@")
    versions = read(find(program)).versions
    if not label:
        return max(versions.values(), key=lambda version: version.effective_from)
    if label not in versions:
        known = ", ".join(versions)
        raise Fault(f"{program} has no version {label}", f"Known are {known}.", Exit.USAGE)
    return versions[label]
