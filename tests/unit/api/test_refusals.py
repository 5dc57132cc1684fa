"""What the api refuses, and that every refusal names the parameter, the rule and the remedy."""

from uuid import UUID

import httpx
import pytest

from leadtrace.runtime.key_ring import KeyRing, Scope, digest_of
from leadtrace.store.api_keys import StoredKey
from tests.unit.api.conftest import KEY, MakeClient

DISAGREEMENTS = "/v1/definitions/disagreements"
PRIORITIES = "/v1/priorities"
QUALITY = "/v1/scoring/quality"
LEAD = "/v1/leads/00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("path", "parameter", "remedy"),
    [
        ("/v1/funnel?bye=channel", "bye", "Did you mean by?"),
        ("/v1/funnel?chanel=email", "chanel", "Did you mean channel?"),
        ("/v1/funnel?zzz=1", "zzz", "It knows as_of, basis"),
        ("/v1/funnel?by=chanel", "by", "Did you mean channel?"),
        ("/v1/funnel?by=channel,sauce", "by", "Did you mean source?"),
        ("/v1/funnel?by=channel,channel", "by", "Name channel once."),
        ("/v1/funnel?by=channel,source,team,owner", "by", "Ask by fewer"),
        ("/v1/funnel?by=channel&source=google&basis=activity", "basis", "Ask with basis=cohort"),
        ("/v1/funnel?channel=email&source=google&as_of=2026-01-01", "as_of", "Leave as_of out"),
        ("/v1/funnel?top=3", "top", "Name a dimension with by"),
        ("/v1/funnel?from=2026-02-01&to=2026-01-01", "to", "Swap from and to."),
        ("/v1/funnel?from=2026-13-01", "from", ""),
        ("/v1/funnel?basis=cohorts", "basis", ""),
        ("/v1/funnel?by=channel&by=source", "by", "Give by once."),
        *(
            (f"{path}?as_of=2026-01-01", "as_of", "Leave it out, or ask /v1/funnel, /v1/ledger/balances")
            for path in ("/v1/handovers", "/v1/handovers/queue", "/v1/velocity", PRIORITIES)
        ),
        ("/v1/handovers?as_off=2026-01-01", "as_off", "It knows by"),
        ("/v1/attribution?model=markow", "model", "Did you mean markov"),
        ("/v1/attribution?models=linear", "models", "Did you mean model?"),
        ("/v1/attribution?by=owner", "by", "Name one of channel"),
        ("/v1/attribution?owners=ann", "owners", "Did you mean owner?"),
        ("/v1/attribution?model=linear&open=weighted", "open", "Ask for markov"),
        ("/v1/attribution?from=2026-02-01&to=2026-01-01", "to", "Swap from and to."),
        ("/v1/attribution?model=markov&basis=activity", "basis", "Ask with basis=cohort"),
        ("/v1/attribution?model=linear,shapley&by=channel,source", "by", "Group by one of channel, source"),
        ("/v1/attribution?model=markov_2&campaign=brand", "campaign", "Group by campaign"),
        ("/v1/leads?cursor=abc", "cursor", "Leave cursor out"),
        ("/v1/leads?cursor=YXxifGM", "cursor", "Leave cursor out"),
        ("/v1/leads?reached=lost", "reached", "Use stage=lost"),
        ("/v1/leads?reached_from=2026-01-01", "reached_from", "Name a stage with reached=."),
        ("/v1/leads?stage_to=2026-01-01", "stage_to", "Name a stage with stage=."),
        ("/v1/leads?captured_from=2026-02-01&captured_to=2026-01-01", "captured_to", "Swap"),
        ("/v1/leads?limit=501", "limit", ""),
        ("/v1/leads?limits=5", "limits", "Did you mean limit?"),
        ("/v1/leads?channel=a%00b", "channel", "Leave it out."),
        ("/v1/funnel?by=%00", "by", "Leave it out."),
        ("/v1/leads/not-an-id", "lead_id", ""),
        (f"{LEAD}?verbose=1", "verbose", "It knows as_of."),
        (f"{LEAD}?as_off=2026-01-01T00:00:00Z", "as_off", "Did you mean as_of?"),
        (f"{LEAD}?as_of=2026-01-01T00:00:00", "as_of", ""),
        (f"{LEAD}/trace?as_of=yesterday", "as_of", ""),
        (f"{LEAD}/score?at=2026-13-01T00:00:00Z", "at", ""),
        (f"{DISAGREEMENTS}?kind=claimed", "kind", ""),
        (f"{DISAGREEMENTS}?from=2026-02-01&to=2026-01-01", "to", "Swap from and to."),
        (f"{DISAGREEMENTS}?cursor=abc", "cursor", "Leave cursor out"),
        (f"{DISAGREEMENTS}?cursor=MjAyNi0wMS0wMXwwfDA", "cursor", "Leave cursor out"),
        (f"{DISAGREEMENTS}?stages=mql", "stages", "Did you mean stage?"),
        (f"{DISAGREEMENTS}?limit=0", "limit", ""),
        (f"{QUALITY}?horizon_days=100", "horizon_days", ""),
        (f"{QUALITY}?age_days=seven", "age_days", ""),
        (f"{QUALITY}?version=0", "version", ""),
        (f"{QUALITY}?horizon=90", "horizon", "Did you mean horizon_days?"),
        (f"{PRIORITIES}?band=lukewarm", "band", ""),
        (f"{PRIORITIES}?stages=mql", "stages", "Did you mean stage?"),
        (f"{PRIORITIES}?limit=501", "limit", ""),
        ("/v1/metrics?kind=vanity", "kind", "It knows format."),
        ("/v1/definitions?live=1", "live", "It takes none."),
        ("/v1/intake/00000000-0000-0000-0000-000000000001?verbose=1", "verbose", "It takes none."),
    ],
)
async def test_problem_names_the_parameter_the_rule_and_the_remedy(
    client: httpx.AsyncClient, path: str, parameter: str, remedy: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["parameter"] == parameter
    assert problem["rule"]
    assert problem.get("remedy", "").startswith(remedy)


async def test_a_database_that_is_away_is_said_to_be(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/funnel")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"] == "application/problem+json"
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert [one["dependency"] for one in ready.json()["missing"]] == ["postgres"]
    assert (await client.get("/livez")).status_code == 200
    assert "leadtrace_conservation_balanced_ratio 0.0" in (await client.get("/metrics")).text


async def test_the_index_lists_what_can_be_asked(client: httpx.AsyncClient) -> None:
    index = (await client.get("/v1")).json()
    assert "/v1/funnel" in index["routes"]


class TestKeys:
    async def test_this_machine_reads_without_a_key_in_embedded_mode(self, make_client: MakeClient) -> None:
        for host in ("localhost", "127.0.0.1", "[::1]"):
            async with make_client(host=host) as client:
                assert (await client.get("/v1")).status_code == 200

    @pytest.mark.parametrize(
        "how",
        [
            {"embedded": False},
            {"address": "192.0.2.7"},
            {"host": "evil.example"},
            {"address": "192.0.2.7", "key": None},
        ],
    )
    async def test_everybody_else_needs_one(
        self, make_client: MakeClient, how: dict[str, bool | str | None]
    ) -> None:
        async with make_client(**how) as client:
            answer = await client.get("/v1")
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.json()["remedy"]
            wrong = await client.get("/v1", headers={"authorization": f"Bearer {KEY}x"})
            assert wrong.status_code == 401
            right = await client.get("/v1", headers={"authorization": f"bearer {KEY}"})
            assert right.status_code == (401 if how.get("key", KEY) is None else 200)

    @pytest.mark.parametrize(
        ("scopes", "status"),
        [
            ({Scope.READ}, 200),
            ({Scope.READ, Scope.READ_PERSONAL}, 200),
            ({Scope.ADMIN}, 403),
            ({Scope.INGEST}, 403),
            ({Scope.READ_PERSONAL}, 403),
        ],
    )
    async def test_a_made_key_reads_if_that_is_its_scope(
        self, make_client: MakeClient, scopes: set[str], status: int
    ) -> None:
        keys = KeyRing()
        keys.replace([StoredKey(UUID(int=1), "n", tuple(scopes), None, digest_of(b"lt_made"))])
        async with make_client(embedded=False, keys=keys) as client:
            answer = await client.get("/v1", headers={"authorization": "Bearer lt_made"})
            assert answer.status_code == status
            if status == 403:
                assert answer.json()["remedy"]
            other = await client.get("/v1", headers={"authorization": "Bearer lt_other"})
            assert other.status_code == 401

    async def test_before_the_keys_were_read_it_asks_for_a_retry(self, make_client: MakeClient) -> None:
        async with make_client(embedded=False) as client:
            answer = await client.get("/v1", headers={"authorization": "Bearer lt_made"})
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")

    @pytest.mark.parametrize("path", ["/livez", "/metrics"])
    async def test_operations_need_none(self, make_client: MakeClient, path: str) -> None:
        async with make_client(embedded=False) as client:
            assert (await client.get(path)).status_code == 200

    async def test_a_proxy_on_this_machine_does_not_make_its_clients_local(
        self, client: httpx.AsyncClient
    ) -> None:
        assert (await client.get("/v1", headers={"x-forwarded-for": "192.0.2.7"})).status_code == 401
