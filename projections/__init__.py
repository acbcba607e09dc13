"""The read side: what follows from ledger records alone. Pure, and imports nothing but schemas."""
