"""Rebuilding a service's rows beside the live ones, from the events and snapshots as they were published."""
