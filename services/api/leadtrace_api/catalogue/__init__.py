"""The metric catalogue: what every number that is served counts and is good for."""
