"""Time as a clock of a promise counts it: open hours of a team, or calendar time; pure functions."""
