"""Starts PostgreSQL, a broker and the services as processes on one machine."""
