"""What `leadtrace doctor` says of the definitions: whether every service judges by the version in force."""

from leadtrace.cli.database_look import rows_of
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.settings import Settings

_CHECK = "definitions"
_OWNER = "ingest"
_SOURCES = {
    _OWNER: "ingest.pub_definition_activations",
    **{reader: f"{reader}.pub_in_force" for reader in ("scoring", "attribution", "api")},
}
# The newest activation that each knows of; where the version never changed there is only the first row, and
# not even that where the views are not there.
_NEWEST = "select '', 0, 0" + "".join(
    f" union all (select '{service}', ordinal, version from {view} order by ordinal desc limit 1)"
    for service, view in _SOURCES.items()
)


async def check_definitions(settings: Settings) -> list[Finding]:
    """The version that ingest has activated, and who still judges by another; nothing without a database."""
    if settings.postgres.url is None:
        return []
    newest = {service: (ordinal, version) for service, ordinal, version in await rows_of(settings, _NEWEST)}
    if not newest:
        return []
    if _OWNER not in newest:
        shipped = live_definitions().version
        return [Finding(_CHECK, Verdict.GOOD, f"version {shipped}, as shipped")]
    ordinal, version = newest[_OWNER]
    behind = [name for name in _SOURCES if newest.get(name, (0, 0))[0] < ordinal]
    if behind:
        detail = f"version {version} is activated, and {', '.join(behind)} judge by the one before"
        remedy = "look at `leadtrace definitions history`; they take it over once they have folded it"
        return [Finding(_CHECK, Verdict.DOUBTFUL, detail, remedy)]
    return [Finding(_CHECK, Verdict.GOOD, f"version {version}, in force everywhere")]
