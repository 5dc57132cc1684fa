"""Ways in which a request proves who sent it, whichever vendor uses them; all in constant time."""
