"""The definitions as they are told: every version there is, and each in values and words."""
