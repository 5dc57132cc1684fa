"""`/v1/answers/{token}/{accept|reject}`: a `GET` asks and changes nothing, a `POST` answers.

Mail scanners and previews open every link, so only the button's `POST` counts. It needs no token against
cross-site requests: the address itself is the only credential, no cookie or session adds to it, so whoever
could make a browser post to it could post to it without one.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.events.times import from_micros
from leadtrace.runtime.answer_links import PATH as PREFIX
from leadtrace.runtime.answer_links import Answer, LinkError, Offer, read_token
from leadtrace.runtime.clock import Clock, Ids
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.patience import within
from leadtrace.runtime.retry import RETRIED
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Pool
from leadtrace_ingest.answers import page
from leadtrace_ingest.answers.reasons import Reason, Reasons
from leadtrace_ingest.answers.standing import Standing, by_link, standing_of
from leadtrace_ingest.answers.telling import entry_of
from leadtrace_ingest.door.committer import Committer
from leadtrace_ingest.door.intake import IntakeEntry, Kept, NotDurableError
from leadtrace_ingest.senders.sender import Sender

PATH = f"{PREFIX}/{{token}}/{{answer}}"
_MOST_BYTES = 4_096
_WITHIN_S = 10.0
_GONE = Response(status_code=400)
_OURS = "select intake_id = $3 from ingest.idempotency_keys where sender = $1 and key = $2"

_Answering = Callable[[Request, Offer, Answer], Coroutine[None, None, page.Page]]

_log = get_logger("leadtrace.ingest.answers")


class _TooLargeError(Exception):
    """The form is none that a page here makes."""


class AnswerRoutes:
    """The pages, over the door's committer and a pool to look things up with, once there is one."""

    def __init__(
        self,
        *,
        pool: "Callable[[], Pool | None]",
        senders: Mapping[str, Sender],
        committer: Committer,
        clock: Clock,
        ids: Ids,
        wrapper: KeyWrapper,
        keys: Sequence[bytes],
    ) -> None:
        self._pool = pool
        self._senders = senders
        self._committer = committer
        self._clock = clock
        self._ids = ids
        self._wrapper = wrapper
        self._keys = keys
        self._reasons = Reasons()

    def routes(self) -> list[Route]:
        """What the app serves; no key is asked for, since the address is the proof."""
        return [
            Route(PATH, self._guarded(self._ask), methods=["GET"]),
            Route(PATH, self._guarded(self._take), methods=["POST"]),
        ]

    def _guarded(self, endpoint: _Answering) -> Callable[[Request], Awaitable[Response]]:
        async def said(request: Request) -> page.Page:
            try:
                answer = Answer(request.path_params["answer"])
                offer = read_token(request.path_params["token"], self._keys)
            except (ValueError, LinkError):
                return page.bad_link()
            if self._clock.now() >= offer.expires_at:
                return page.expired(offer)
            try:
                return await within(_WITHIN_S, endpoint(request, offer, answer))
            except _TooLargeError:
                return page.too_large()
            except (NotDurableError, *RETRIED):
                return page.unavailable()

        async def answered(request: Request) -> Response:
            try:
                found = await said(request)
            except ClientDisconnect:
                return _GONE
            return page.rendered(found, as_html="text/html" in request.headers.get("accept", ""))

        return answered

    async def _ask(self, _: Request, offer: Offer, answer: Answer) -> page.Page:
        found, reasons = await self._look(offer)
        return _refusal(found) or page.confirmation(offer, answer, reasons)

    async def _take(self, request: Request, offer: Offer, answer: Answer) -> page.Page:
        given = await _reason_in(request)
        found, reasons = await self._look(offer)
        refusal = _refusal(found)
        if refusal is not None or found is None:
            return refusal or page.unknown_lead()
        reason = given if answer is Answer.REJECT else None
        if answer is Answer.REJECT and reason not in {one.id for one in reasons}:
            return page.confirmation(offer, answer, reasons, missing=True)
        entry = entry_of(
            offer,
            answer,
            reason,
            record=found.record,
            sender=found.sender,
            intake_id=self._ids.uuid7(),
            now=from_micros(self._clock.now_us()),
            wrapper=self._wrapper,
        )
        before = await self._keep(entry, offer)
        if before is not None:
            return page.answered(before)
        _log.info(
            "offer.answered", answer=answer.value, lead_id=str(offer.lead_id), intake_id=str(entry.intake_id)
        )
        return page.recorded(answer)

    async def _keep(self, entry: IntakeEntry, offer: Offer) -> str | None:
        """Have the answer kept; how the offer was answered if somebody was quicker.

        Raises:
            NotDurableError: nothing keeps it.
        """
        where = await self._committer.submit(entry)
        if where is not Kept.COMMITTED:
            return None
        async with self._there().acquire() as connection:
            if await connection.fetchval(_OURS, entry.sender, entry.idempotency_key, entry.intake_id):
                return None
            return await by_link(connection, offer, entry.sender, self._wrapper) or "answered"

    async def _look(self, offer: Offer) -> tuple[Standing | None, tuple[Reason, ...]]:
        async with self._there().acquire() as connection:
            found = await standing_of(connection, offer, self._senders.keys(), self._wrapper)
            return found, await self._reasons.of(connection, offer.definition_version)

    def _there(self) -> Pool:
        pool = self._pool()
        if pool is None:
            raise NotDurableError("the database is not there yet")
        return pool


def _refusal(found: Standing | None) -> page.Page | None:
    if found is None:
        return page.unknown_lead()
    return None if found.answered is None else page.answered(found.answered)


async def _reason_in(request: Request) -> str | None:
    """The reason that a form names.

    Raises:
        _TooLargeError: the body is too large.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise _TooLargeError
    named = parse_qs(body.decode("utf-8", "replace")).get("reason")
    return named[0] if named else None
