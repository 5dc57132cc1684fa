"""Runs a program that dies with its parent, optionally as another user; executed as a file of its own.

    python -I -S leash.py <parent pid> <signal on the parent's death> <uid> <gid> <program> [argument …]

The kernel forgets the wish when credentials change, so the user is changed first; -1 leaves it alone.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_PARENT_GONE = 111


def main(arguments: list[str]) -> None:
    """Change user, tie the process to its parent, become the program."""
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    program = arguments[4:]
    if gid >= 0:
        os.setgroups([])
        os.setgid(gid)
    if uid >= 0:
        os.setuid(uid)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        # The parent died before the wish was made.
        sys.exit(_PARENT_GONE)
    os.execv(program[0], program)  # noqa: S606 - becoming the given program is the point


if __name__ == "__main__":
    main(sys.argv[1:])
