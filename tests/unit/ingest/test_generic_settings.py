"""The table of a generic sender: what each way of proving oneself needs, and what is said if it lacks."""

from pathlib import Path
from typing import Any

import pytest

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import GenericAuth
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest
from leadtrace_ingest.settings import configured_senders
from tests.unit.ingest.generic_items import write


def configured(**sender: Any) -> Any:
    """The adapter of this table."""
    settings = Settings.model_validate({"senders": {"acme": {"kind": "generic", **sender}}})
    return configured_senders(settings)["acme"].adapter


@pytest.mark.parametrize(
    ("sender", "problems"),
    [
        (
            {},
            [
                "senders.acme.mapping: a sender of kind generic needs a mapping file",
                f"senders.acme.auth: a sender of kind generic needs one of {', '.join(GenericAuth)}",
            ],
        ),
        ({"mapping": 1, "auth": "path"}, ['senders.acme.path_secrets: `auth = "path"` needs one or two']),
        ({"mapping": 1, "auth": "bearer"}, ['senders.acme.secrets: `auth = "bearer"` needs one or two']),
        (
            {"mapping": 1, "auth": "hmac"},
            [
                'senders.acme.secrets: `auth = "hmac"` needs one or two',
                'senders.acme.signature_header: `auth = "hmac"` needs the name of the header',
            ],
        ),
        (
            {"mapping": 1, "auth": "basic", "secrets": ["x"]},
            ['senders.acme.username: `auth = "basic"` needs it'],
        ),
        (
            {"mapping": 1, "auth": "standard_webhooks", "secrets": ["no base64!"]},
            ["senders.acme.secrets: of Standard Webhooks are written `whsec_` or `whpk_` and base64"],
        ),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, sender: dict[str, Any], problems: list[str]) -> None:
    given = sender | ({"mapping": write(tmp_path)} if "mapping" in sender else {})
    with pytest.raises(SettingsError) as error:
        configured(**given)
    assert list(error.value.problems) == problems


def test_it_is_called_by_two_paths_and_refuses_strangers(tmp_path: Path) -> None:
    adapter = configured(auth="path", path_secrets=["one", "two"], mapping=write(tmp_path))
    assert set(adapter.paths) == {"/v1/webhooks/generic/acme", "/v1/webhooks/generic/acme/"}
    for route, good in [("one", True), ("two", True), ("three", False), ("", False)]:
        request = SignedRequest(b"POST", b"", {}, b"{}", 0, route)
        if good:
            assert adapter.verify(request) == {}
        else:
            with pytest.raises(SignatureError):
                adapter.verify(request)
