"""What `leadtrace doctor` says of the collector of traces, if there is to be one."""

import httpx

from leadtrace.cli.finding import Finding, Verdict
from leadtrace.runtime.logging import mask_url
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.tracing.configured import close_tracer, configured_tracer

_CHECK = "traces"
_HEADERS = {"content-type": "application/x-protobuf"}
_REMEDIES = {
    401: "correct traces.authorization",
    403: "correct traces.authorization",
    404: "correct the path in traces.endpoint; most collectors take /v1/traces",
    405: "correct the path in traces.endpoint; most collectors take /v1/traces",
}


async def check_traces(settings: Settings) -> list[Finding]:
    """Whether the collector takes a batch of no spans; nothing is said where traces are off."""
    traces = settings.traces
    if traces.endpoint is None:
        return []
    try:
        await close_tracer(configured_tracer("doctor", traces))
    except SettingsError as error:
        return [Finding(_CHECK, Verdict.BAD, problem, "or unset it") for problem in error.problems]
    headers = dict(_HEADERS)
    if traces.authorization is not None:
        headers["authorization"] = traces.authorization.get_secret_value()
    where = mask_url(traces.endpoint)
    try:
        async with httpx.AsyncClient(timeout=traces.export_timeout_s) as client:
            # An empty message is a whole one in this encoding: a batch of nothing.
            answer = await client.post(traces.endpoint, content=b"", headers=headers)
    except httpx.HTTPError as error:
        detail = f"{where}: {type(error).__name__}"
        return [Finding(_CHECK, Verdict.DOUBTFUL, detail, "start the collector, or correct traces.endpoint")]
    if not answer.is_success:
        remedy = _REMEDIES.get(answer.status_code, "look at the collector's own log")
        return [Finding(_CHECK, Verdict.DOUBTFUL, f"{where} answers {answer.status_code}", remedy)]
    return [Finding(_CHECK, Verdict.GOOD, f"{where}, a share of {traces.sample_share:g}")]
