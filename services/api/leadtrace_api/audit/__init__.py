"""Conservation: every equation of what came in and what became of it, counted from tables."""
