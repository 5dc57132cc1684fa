"""Webhooks to the outside: every notification to every subscription that wants it, at least once."""
