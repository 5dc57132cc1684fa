"""Erasing a person: keys destroyed, raw bytes taken out, late items stopped, and a receipt of all of it."""
