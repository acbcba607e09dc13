"""An independent model of the starter program: slow, obvious, and without a line of the engine."""
