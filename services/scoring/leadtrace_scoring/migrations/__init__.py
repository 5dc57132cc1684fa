"""Schema changes of scoring, date first; `leadtrace migrate` runs them."""
