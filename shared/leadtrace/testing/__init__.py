"""Builders, fixtures and contract suites for the tests of every room."""
