"""Schema changes of attribution, date first; `leadtrace migrate` runs them."""
