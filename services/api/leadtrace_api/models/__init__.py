"""Which models predict, since when, and what each was worth on leads that it had not learnt from."""
