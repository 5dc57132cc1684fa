"""Which lead or deal a subject is."""
