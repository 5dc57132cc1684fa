"""What contacts do, and what Mautic sends them: page hits, forms, opened e-mails; e-mails and texts sent."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from leadtrace.events.activity import ActivityRecorded, Direction
from leadtrace.events.personal import Personal
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Meaning
from leadtrace_ingest.senders.mapping.lead_change import LeadChange
from leadtrace_ingest.senders.mapping.values import text_of
from leadtrace_ingest.senders.mautic.contact import CONTACT, Drafts, contact
from leadtrace_ingest.senders.mautic.decode import Event, contact_of, first_moment, id_of, part_of
from leadtrace_ingest.senders.mautic.fields import listed

HIT, SUBMISSION, STAT = "hit", "submission", "stat"
EMAIL_SENT, TEXT_SENT = "mautic.email_on_send", "mautic.sms_on_send"
# Channels that Mautic itself sends by: a hit that comes from one of them is a click.
_SENT_BY = ("email", "sms", "notification")
_UTM = {"utm_source": "source", "utm_medium": "medium", "utm_campaign": "campaign", "utm_content": "content"}
_TAGS = {"utmSource": "source", "utmMedium": "medium", "utmCampaign": "campaign", "utmContent": "content"}
# What somebody may say of themselves in a form; a stage or an owner is not theirs to claim.
_SELF_TOLD = (Meaning.PERSONAL, Meaning.PROPERTY)


def on_hit(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """A contact looked at a page, or clicked a link in what Mautic had sent."""
    hit = part_of(event, HIT)
    subject = _whose(hit, event)
    url = text_of(hit.get("url"))
    touch = _dimensions(part_of(hit, "query"), _UTM) or _from_query(url)
    by = text_of(hit.get("source")).lower()
    clicked = by in _SENT_BY
    channel = _channel(by if clicked else touch.get("medium", ""), mapping)
    data = TouchpointRecorded(
        **touch, channel=channel, page=_path(url), signal=f"{by}_click" if clicked else "page_view"
    )
    at = first_moment(hit.get("dateHit")) or drafting.time
    return (drafting.at(at).event(subject, data),)


def on_submission(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """A contact filled in a form: a capture, and a touch."""
    submission = part_of(event, SUBMISSION)
    subject = _whose(submission, event)
    at = first_moment(submission.get("dateSubmitted")) or drafting.time
    change = LeadChange(drafting.at(at), subject, mapping)
    form, referrer = part_of(submission, "form"), text_of(submission.get("referer"))
    name = text_of(form.get("name") or form.get("alias") or id_of(form)).strip()[:MAX_NAME]
    came = _from_query(referrer)
    channel = _channel(came.get("medium", ""), mapping)
    change.acquisition = {
        **came,
        **({"channel": channel} if channel else {}),
        **({"form": name} if name else {}),
    }
    page = _path(referrer)
    change.touch = {**change.acquisition, "signal": "form_submission", **({"page": page} if page else {})}
    _take_results(change, part_of(submission, "results"), mapping)
    return change.drafts(created=True)


def on_open(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """A contact opened an e-mail, as far as its tracking pixel can tell."""
    del mapping
    stat = part_of(event, STAT)
    email = part_of(stat, "email") or part_of(event, "email")
    tags = _dimensions(part_of(email, "utmTags"), _TAGS)
    content = tags.pop("content", "") or text_of(email.get("name") or email.get("subject")).strip()[:MAX_NAME]
    data = TouchpointRecorded(**tags, channel="email", content=content or None, signal="email_open")
    at = first_moment(stat.get("lastOpened"), stat.get("dateRead")) or drafting.time
    return (drafting.at(at).event(_whose(stat, event), data),)


def on_email_sent(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """Mautic sent an e-mail."""
    email = part_of(event, "email")
    about = {"subject": text_of(event.get("subject") or email.get("subject")), "email": id_of(email)}
    return _sent(event, EMAIL_SENT, about, drafting, mapping)


def on_text_sent(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """Mautic sent a text message."""
    return _sent(event, TEXT_SENT, {"sms": text_of(event.get("smsId"))}, drafting, mapping)


def _sent(event: Event, trigger: str, about: dict[str, str], drafting: Drafting, mapping: Mapping) -> Drafts:
    row = mapping.activities.get(trigger)
    if row is None:
        raise IgnoredError(Reason.EVENT_IGNORED)
    recorded = ActivityRecorded(
        kind=row.kind,
        claimed=trigger,
        direction=Direction.OUTBOUND,
        automatic=row.automatic,
        personal=Personal(other={name: text for name, text in about.items() if text}),
    )
    return (drafting.event(contact(contact_of(event)), recorded),)


def _whose(record: Event, event: Event) -> Subject:
    """The contact who did it; without one nobody did."""
    found = contact_of(record) or contact_of(event)
    if not id_of(found):
        raise IgnoredError(Reason.NOTHING_KEPT)
    return contact(found)


def _take_results(change: LeadChange, results: Event, mapping: Mapping) -> None:
    rules = mapping.objects[CONTACT].fields if CONTACT in mapping.objects else {}
    for given, value in results.items():
        name, text = text_of(given), listed(value)
        rule = rules.get(name)
        if not text:
            continue
        if rule is not None and rule.means in _SELF_TOLD:
            change.take(name, text, rule)
        else:
            change.keep(name, text)


def _channel(word: str, mapping: Mapping) -> str | None:
    return mapping.channels.get(word, word.lower()) or None


def _path(url: str) -> str | None:
    """The path alone: queries of links that Mautic sends may name the person."""
    return (_split(url)[0][:MAX_NAME]) or None


def _from_query(url: str) -> dict[str, str]:
    return _dimensions(dict(parse_qsl(_split(url)[1], max_num_fields=None)), _UTM)


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.path, parts.query


def _dimensions(values: Event | dict[str, Any], names: dict[str, str]) -> dict[str, str]:
    found = {to: text_of(values.get(name)).strip()[:MAX_NAME] for name, to in names.items()}
    return {name: text for name, text in found.items() if text}
