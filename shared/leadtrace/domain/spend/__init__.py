"""Spend: which postings of an account count, and what of them falls on which day."""
