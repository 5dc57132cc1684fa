"""What an operator does with items that were held: look, do them again after a fix, or discard them."""
