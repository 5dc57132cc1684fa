"""Posts deliveries to the door, again after anything that passes, and asks what became of them."""

from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from leadtrace_ingest.door.imports import IDEMPOTENCY_KEY
from leadtrace_ingest.importing.row import ImportFileError

_TIMEOUT_S = 60.0
_LONGEST_WAIT_S = 10.0
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_backoff = wait_exponential_jitter(multiplier=0.2, max=_LONGEST_WAIT_S, jitter=0.2)


class DoorRefusedError(ImportFileError):
    """The door does not take deliveries like this; the message is its own."""


class DoorAwayError(ImportFileError):
    """The door did not answer for as long as the operator was willing to wait."""


class Fate(msgspec.Struct, frozen=True):
    """What became of a delivery; `outcomes` is None while the relay has not come to it."""

    intake_id: str
    accepted: int
    outcomes: dict[str, int] | None = None
    items: dict[str, list[int]] = {}
    quarantined: list[dict[str, Any]] = []


class _Fates(msgspec.Struct, frozen=True):
    deliveries: list[Fate]


class _TryAgainError(Exception):
    def __init__(self, why: str, after_s: float = 0.0) -> None:
        super().__init__(why)
        self.after_s = after_s


_FATES = msgspec.json.Decoder(_Fates)


class DoorClient:
    """The import routes of one sender."""

    def __init__(
        self,
        base: str,
        sender: str,
        key: str,
        *,
        patience_s: float,
        connections: int,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = f"{base}/v1/import/{sender}"
        self._patience_s = patience_s
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT_S,
            headers={"authorization": f"Bearer {key}"},
            limits=httpx.Limits(max_connections=connections),
            transport=transport,
        )

    async def post(self, body: bytes, key: str) -> str:
        """Keep a delivery; its id is returned. The same key and body are kept once, however often posted.

        Raises:
            DoorRefusedError: the door does not take it.
            DoorAwayError: it did not answer in time.
        """
        headers = {IDEMPOTENCY_KEY: key, "content-type": "application/x-ndjson"}
        answer = await self._persistently(
            self._client.build_request("POST", self._url, content=body, headers=headers)
        )
        return str(answer.json()["intake_id"])

    async def fates(self, ids: Sequence[str], *, items: bool = False) -> list[Fate]:
        """What became of deliveries; with `items` which rows were not published, by outcome.

        Raises:
            DoorRefusedError: the door does not say.
            DoorAwayError: it did not answer in time.
        """
        parameters: dict[str, list[str]] = {"id": list(ids), "items": ["true"] if items else []}
        request = self._client.build_request("GET", self._url, params=parameters)
        return _FATES.decode((await self._persistently(request)).content).deliveries

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _persistently(self, request: httpx.Request) -> httpx.Response:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_TryAgainError),
            stop=lambda state: (state.seconds_since_start or 0.0) > self._patience_s,
            wait=_wait,
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    return await self._attempt(request)
        except _TryAgainError as error:
            raise DoorAwayError(f"{error}; run the same command again to go on where it stopped") from None
        raise AssertionError("retrying ends with an answer or an error")

    async def _attempt(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = await self._client.send(request)
        except httpx.TransportError as error:
            raise _TryAgainError(f"{self._url} does not answer ({type(error).__name__})") from error
        if answer.status_code in _PASSING:
            after = answer.headers.get("retry-after", "")
            wait = float(after) if after.isdigit() else 0.0
            why = f"{self._url} answers {answer.status_code}: {_detail(answer)}"
            raise _TryAgainError(why, min(wait, _LONGEST_WAIT_S))
        if not answer.is_success:
            raise DoorRefusedError(f"{self._url} answers {answer.status_code}: {_detail(answer)}")
        return answer


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.after_s if isinstance(error, _TryAgainError) else 0.0
    return max(asked, _backoff(state))


def _detail(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return f"{problem['detail']} {problem.get('remedy', '')}".strip()
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]
