"""Months of deliveries and events: made ahead, kept as long as configured, then let go of."""
