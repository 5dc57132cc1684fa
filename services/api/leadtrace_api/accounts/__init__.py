"""Accounts: who is of one company, and what its people add to each of them."""
