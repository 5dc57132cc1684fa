"""What the four leadtrace services share: events, folds, bus, store, runtime."""
