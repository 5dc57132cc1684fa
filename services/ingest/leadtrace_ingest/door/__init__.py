"""The fast path: authenticate the raw bytes, commit them, only then answer."""
