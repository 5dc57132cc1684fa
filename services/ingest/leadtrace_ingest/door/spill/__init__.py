"""Where requests are kept while PostgreSQL is away, and how they are filed when it is back."""
