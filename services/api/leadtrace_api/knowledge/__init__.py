"""What was known when: leads, scores and metrics as of a moment, and what changed them since."""
