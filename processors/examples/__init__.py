"""Examples: what a program must do, as data, folded through the real processor and compared.

Pure: texts and a compiled program in, results out. The command line reads the files.
"""

from processors.examples.document import Document, FileFault, load
from processors.examples.play import play
from processors.examples.report import Failure, Result

__all__ = ["Document", "Failure", "FileFault", "Result", "load", "play"]
