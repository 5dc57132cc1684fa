"""The business numbers as gauges: one snapshot of the rollups, taken in the background."""
