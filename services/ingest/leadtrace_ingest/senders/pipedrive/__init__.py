"""Pipedrive: Basic authentication, and webhooks of both versions about what concerns leads and deals."""
