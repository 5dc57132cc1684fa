"""Whether the score says what happens: computed in the background, served as it stands."""
