"""Whether the score says what happens: each lead judged once, at a moment at which it was open."""
