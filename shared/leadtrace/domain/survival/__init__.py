"""Survival: how things end that have not all ended, when there is more than one way to end."""
