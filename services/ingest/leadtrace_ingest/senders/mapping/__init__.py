"""Mapping files: what a vendor's fields and stages mean, and what changes of its records become."""
