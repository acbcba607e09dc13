"""Hostile bytes: whatever a producer sends, the fold goes on."""
