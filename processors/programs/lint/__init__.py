"""What a schema cannot see in a program file. Every finding has an id and a page of explanation."""

from processors.programs.lint.catalogue import PAGES, Page
from processors.programs.lint.oddities import look_alikes
from processors.programs.lint.problems import Place, Problem, unaccepted
from processors.programs.lint.run import errors, warnings

__all__ = ["PAGES", "Page", "Place", "Problem", "errors", "look_alikes", "unaccepted", "warnings"]
