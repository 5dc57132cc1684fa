"""The projector's statements: rows are made and locked in id order, and written once at the end."""
