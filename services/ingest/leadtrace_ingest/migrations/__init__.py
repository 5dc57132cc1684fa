"""Schema changes of ingest, date first; `leadtrace migrate` runs them."""
