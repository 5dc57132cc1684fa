"""The definitions that marketing and sales own together: typed, linted, hashed; pure functions over bytes."""
