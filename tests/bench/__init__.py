"""Measurements. They print; they never pass or fail."""
