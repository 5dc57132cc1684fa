"""Wire structs, catalogue, topics and codec: pure data, no behaviour beyond encoding."""
