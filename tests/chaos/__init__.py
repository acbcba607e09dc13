"""Random faults against real workers, with traffic on."""
