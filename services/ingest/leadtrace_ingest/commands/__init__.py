"""The operator's commands that ingest adds to `leadtrace`."""
