"""Ingest: the door takes webhooks durably, the relay turns them into canonical events."""
