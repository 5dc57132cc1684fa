"""Pure folds over sets of events: no I/O, no clock, no randomness."""
