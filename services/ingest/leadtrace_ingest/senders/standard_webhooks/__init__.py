"""Relays that sign as Standard Webhooks says."""
