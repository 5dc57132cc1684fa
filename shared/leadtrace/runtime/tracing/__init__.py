"""Traces of sampled deliveries, hop by hop; off by default, and then no library of theirs is loaded."""
