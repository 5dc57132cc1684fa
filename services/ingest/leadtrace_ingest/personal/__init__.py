"""Personal data at rest: raw bodies and items, personal blocks, and the keys that they are sealed under."""
