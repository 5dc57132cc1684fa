"""A role per service: each owns its own schema, and reads of others only the `pub_…` views."""

READONLY_ROLE = "leadtrace_readonly"


def role_of(service: str) -> str:
    """The role that owns the schema of this service: `leadtrace_<service>`."""
    return f"leadtrace_{service}"
