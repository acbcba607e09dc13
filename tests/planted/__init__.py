"""Defects that are put into the code by tests, which must then see them."""
