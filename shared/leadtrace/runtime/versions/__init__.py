"""Versions of the definitions in a service: which is in force, which runs in shadow, and who folds by it."""
