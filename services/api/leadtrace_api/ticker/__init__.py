"""`/v1/ticker`: differences of the funnel and notable events as they happen."""
