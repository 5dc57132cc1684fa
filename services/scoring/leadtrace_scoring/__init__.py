"""The scoring service: fit and intent of each lead, with an explanation that sums to the score."""
