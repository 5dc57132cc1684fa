"""What became of one event: where it came from, whose it is, what it counts in and what not."""
