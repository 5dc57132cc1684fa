"""Claim and verdict: where what the CRM says and what the clauses say differ."""
