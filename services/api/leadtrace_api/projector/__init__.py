"""Pure parts of the projection: what snapshots mean for read models and rollups."""
