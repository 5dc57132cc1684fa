"""A role per service: each owns its own schema, and reads of others only the `pub_…` views.

Who only looks, as dashboards do, reads the views `pub_stats_…`: counts and sums, and nothing of one person.
"""

import re

READONLY_ROLE = "leadtrace_readonly"
# Who logs in to look. A user of its own, so that its password is nobody else's.
READER_LOGIN = "leadtrace_reader"
SHORTEST_PASSWORD = 16

# Other characters would have to be normalised before they are hashed (SASLprep).
_PASSWORD = re.compile(rf"[!-~]{{{SHORTEST_PASSWORD},}}")


def role_of(service: str) -> str:
    """The role that owns the schema of this service: `leadtrace_<service>`."""
    return f"leadtrace_{service}"


def is_reader_password(password: str) -> bool:
    """Whether it is long enough, and of printable ASCII characters without a space."""
    return _PASSWORD.fullmatch(password) is not None
