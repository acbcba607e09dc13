"""The checker: what Kafka holds of ledger, outputs, transfers and snapshots, against each other.

Pure: records are pushed in, findings come out. It decides nothing again; it folds what was decided
with the same `evolve`, publishes it with the same projections, and compares bytes.
"""
