"""Spend: what marketing and sales cost, posted as JSON or CSV, one posting for each scope."""
