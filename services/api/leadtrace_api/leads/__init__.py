"""Leads: search, current state and the whole journey."""
