"""Answers to offers by link, for people without a CRM: a page that asks, and a post that tells."""
