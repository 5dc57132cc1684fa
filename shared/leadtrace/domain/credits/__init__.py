"""Which touches brought a won deal: attribution models over paths, as pure functions."""
