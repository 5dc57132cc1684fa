"""Velocity: how long leads stay at each stage, where they are held up, and which ways they take."""
