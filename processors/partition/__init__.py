"""The pure fold of one partition: fetched bytes in, one batch of records out.

Knows no Kafka client and no clock. On any doubt the whole `Partition` is dropped and rebuilt from
what Kafka holds, so it may change in place.
"""

from processors.partition.fold import Partition
from processors.partition.head import Head, Refused
from processors.partition.histories import remembered
from processors.partition.reading import Engine
from processors.partition.records import Batch, Broken, Fetched, HistoryWanted, Outgoing
from processors.partition.undecidable import Undecidable

__all__ = [
    "Batch",
    "Broken",
    "Engine",
    "Fetched",
    "Head",
    "HistoryWanted",
    "Outgoing",
    "Partition",
    "Refused",
    "Undecidable",
    "remembered",
]
