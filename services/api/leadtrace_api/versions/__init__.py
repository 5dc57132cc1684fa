"""Versions of the definitions in the read models: which is served, and which is kept beside it."""
