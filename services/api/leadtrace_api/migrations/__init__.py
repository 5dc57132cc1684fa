"""The schema's versions, in `versions/`; `leadtrace.store.migrate` runs them."""
