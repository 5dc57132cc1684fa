"""What other definitions would make of the leads that are there: on demand, read only."""
