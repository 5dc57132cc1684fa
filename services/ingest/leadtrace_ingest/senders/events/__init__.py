"""Senders that post the events of the catalogue themselves: CloudEvents in every mode, JSON and NDJSON."""
