"""Keys as the models know them: labels, which are never missing."""

# A touch without a key is a step like any other. No stored text holds NUL, so that no key is taken for it.
_WITHOUT_KEY = "\x00"


def label_of(key: str | None) -> str:
    """A key as the models know it."""
    return _WITHOUT_KEY if key is None else key


def key_of(label: str) -> str | None:
    """The key that a label is of."""
    return None if label == _WITHOUT_KEY else label
