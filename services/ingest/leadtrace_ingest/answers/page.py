"""The pages behind a link: plain HTML without script, legible to screen readers, and to nobody's cache.

Whoever holds the address may answer, so it may not leak: no referrer is sent, nothing is kept, nothing frames
the page or is loaded into it. Who does not ask for HTML is a program, and gets JSON or a problem document.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import msgspec
from starlette.responses import HTMLResponse, Response

from leadtrace.runtime.answer_links import Answer, Offer
from leadtrace.runtime.problem import problem
from leadtrace_ingest.answers.reasons import Reason

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
}
_STYLE = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}button{font:inherit;padding:.6rem 1.4rem;border:2px solid #0b4f8a;"
    "background:#0b4f8a;color:#fff;border-radius:.3rem;cursor:pointer}button:focus-visible,"
    "input:focus-visible,a:focus-visible{outline:3px solid #b45309;outline-offset:3px}"
    "fieldset{border:1px solid #767676;margin:0 0 1.5rem;padding:1rem}label{display:block;padding:.3rem 0}"
    "a{color:#0b4f8a}"
)
_REFUSED = 400
_VERBS = {Answer.ACCEPT: "Accept", Answer.REJECT: "Reject"}


class Page(NamedTuple):
    """What is said: to a person by title and content, to a program by code and text."""

    status: int
    code: str
    title: str
    text: str
    content: str | None = None
    parameter: str | None = None
    remedy: str | None = None
    retry_after: str | None = None


def rendered(page: Page, *, as_html: bool) -> Response:
    """The page for a person, or what it says for a program."""
    headers = dict(_HEADERS)
    if page.retry_after is not None:
        headers["Retry-After"] = page.retry_after
    if as_html:
        content = page.content or f"<p>{escape(page.text)}</p>"
        document = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(page.title)}</title><style>{_STYLE}</style></head>"
            f"<body><main><h1>{escape(page.title)}</h1>{content}</main></body></html>"
        )
        return HTMLResponse(document, status_code=page.status, headers=headers)
    told = f"{page.title}. {page.text}"
    if page.status >= _REFUSED:
        return problem(
            page.status, page.code, told, parameter=page.parameter, remedy=page.remedy, headers=headers
        )
    body = msgspec.json.encode({"state": page.code, "detail": told})
    return Response(body, page.status, headers, media_type="application/json")


def confirmation(offer: Offer, answer: Answer, reasons: Sequence[Reason], *, missing: bool = False) -> Page:
    """What asks for the answer: a button, and before it the closed list of reasons for a rejection.

    `missing` says that a reason was not chosen.
    """
    verb = _VERBS[answer]
    parts = [
        (
            f"<p>Lead <strong>{offer.lead_id}</strong> was offered {_to_whom(offer)}"
            f"on {_moment(offer)}. Nothing is decided until you press the button.</p>"
        )
    ]
    if missing:
        parts.append('<p role="alert"><strong>Please choose a reason.</strong></p>')
    parts.append('<form method="post">')
    if answer is Answer.REJECT:
        choices = "".join(
            f'<label><input type="radio" name="reason" value="{escape(one.id)}" required>'
            f" {escape(one.means)}</label>"
            for one in reasons
        )
        parts.append(f"<fieldset><legend>Why is it rejected?</legend>{choices}</fieldset>")
    parts.append(f'<button type="submit">{verb} this lead</button></form>')
    other = Answer.REJECT if answer is Answer.ACCEPT else Answer.ACCEPT
    parts.append(f'<p><a href="{other.value}">{_VERBS[other]} it instead</a></p>')
    title, content = f"{verb} this lead?", "".join(parts)
    if missing:
        text = "A rejection needs a reason of the closed list."
        remedy = f"One of: {', '.join(one.id for one in reasons)}."
        return Page(422, "reason_missing", title, text, content, "reason", remedy)
    return Page(200, "asked", title, "Nothing is decided until it is posted.", content)


def recorded(answer: Answer) -> Page:
    """The answer is durable."""
    text = "Thank you. The answer is recorded. You may close this page."
    return Page(202, f"{answer.value}ed", f"The lead is {answer.value}ed", text)


def answered(how: str) -> Page:
    """Somebody answered before; `how` is what they said, such as `accepted`, as far as it is known."""
    text = (
        "There is nothing left to do here: the first answer counts. If it was a mistake, tell the team that"
        " hands the leads over, or change it in your CRM."
    )
    return Page(200, f"{how}_already", f"This offer was {how} already", text)


def expired(offer: Offer) -> Page:
    """The link is too old."""
    text = (
        f"It was good until {offer.expires_at:%d %B %Y, %H:%M} UTC. Please answer in your CRM, or ask the"
        " team that hands the leads over."
    )
    return Page(410, "link_expired", "This link is too old", text)


def unknown_lead() -> Page:
    """The lead is not there any more, or nobody may speak of it."""
    text = "Its data were erased or are no longer kept, so there is nothing to answer."
    return Page(410, "lead_gone", "This lead is not here any more", text)


def bad_link() -> Page:
    """The link is none of ours."""
    text = "Mail programs sometimes break long addresses: please copy the whole one."
    return Page(404, "unknown_link", "This link is not complete", text)


def unavailable() -> Page:
    """The answer could not be made durable."""
    text = "Please try again in a minute. If the answer came through after all, it counts once."
    return Page(503, "unavailable", "That did not work just now", text, retry_after="30")


def too_large() -> Page:
    """No browser sends this."""
    return Page(413, "too_large", "That is too much", "A form with one reason is all that is taken here.")


def _to_whom(offer: Offer) -> str:
    whom = offer.team or offer.partner
    return f"to <strong>{escape(whom)}</strong> " if whom else ""


def _moment(offer: Offer) -> str:
    at = offer.offered_at
    return f'<time datetime="{at.isoformat()}">{at:%d %B %Y, %H:%M} UTC</time>'
