"""`/v1/session`: a browser trades a key for a cookie, so that no script of a page ever holds the key."""
