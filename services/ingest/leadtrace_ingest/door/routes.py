"""Which senders may stand behind a path: one by its name, or all whose vendor's clients call it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from leadtrace_ingest.senders.sender import Sender

PATH_PREFIX = "/v1/webhooks/"


class Candidate(NamedTuple):
    """A sender that may stand behind a path, and the route that its adapter sees."""

    sender: Sender
    route: str


class Found(NamedTuple):
    """The candidates of a path; who authenticates the request is the sender. `named` paths hold no secret."""

    candidates: Sequence[Candidate]
    named: bool


class Routes:
    """The paths of all configured senders."""

    def __init__(self, senders: Mapping[str, Sender]) -> None:
        self._senders = senders
        by_path: dict[str, list[Candidate]] = {}
        for sender in senders.values():
            for path, route in sender.adapter.paths.items():
                by_path.setdefault(path, []).append(Candidate(sender, route))
        self._by_path = {path: Found(candidates, named=True) for path, candidates in by_path.items()}

    def find(self, path: str) -> Found | None:
        """Who may stand behind a path; None if it is none of the door's."""
        found = self._by_path.get(path)
        if found is not None or not path.startswith(PATH_PREFIX):
            return found
        parent, slash, last = path.rpartition("/")
        above = self._by_path.get(parent + slash)
        if above is not None:
            return Found([Candidate(one.sender, last) for one in above.candidates], named=False)
        name, _, rest = path[len(PATH_PREFIX) :].partition("/")
        sender = self._senders.get(name)
        candidates = [] if sender is None else [Candidate(sender, rest.strip("/"))]
        return Found(candidates, named=False)
