"""Versions of the definitions: registered, approved by both teams, tried in the shadow, activated."""
