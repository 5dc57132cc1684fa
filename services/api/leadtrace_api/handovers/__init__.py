"""Handovers from both sides: what was offered, what became of it, how long it took and what is owed."""
