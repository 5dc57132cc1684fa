"""What became of one accepted request."""
