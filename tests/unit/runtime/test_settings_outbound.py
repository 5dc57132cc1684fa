"""Subscriptions as they are configured: mistakes are named by key, secrets and addresses never shown."""

from pathlib import Path

import pytest

from leadtrace.runtime.config_report import config_report
from leadtrace.runtime.settings import load_settings
from leadtrace.runtime.settings_errors import SettingsError

SECRET = "whsec_bm90LWEtcmVhbC1zZWNyZXQtb2YtYW55Ym9keQ=="
URL = "https://crm.example/hooks/a-hidden-path"


def written(folder: Path, *lines: str, url: str = URL, secrets: str = f'["{SECRET}"]') -> Path:
    file = folder / "leadtrace.toml"
    file.write_text("\n".join(["[subscriptions.crm]", f'url = "{url}"', f"secrets = {secrets}", *lines]))
    return file


def test_a_subscription_is_loaded(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, 'kinds = ["handover.offered"]', 'teams = ["sales"]'))
    one = settings.subscriptions["crm"]
    assert one.origin == "https://crm.example"
    assert one.live_secrets == (b"not-a-real-secret-of-anybody",)


def test_the_report_hides_secret_and_address(tmp_path: Path) -> None:
    lines = {line.key: line.value for line in config_report(written(tmp_path))}
    assert not [value for value in lines.values() if "whsec_" in value or "hidden" in value]
    assert "subscriptions.crm.secrets" in lines


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://crm.example/hook", "http is for this machine only"),
        ("ftp://crm.example/hook", "must be https://"),
        ("https://user:word@crm.example/", "no user name or password"),
        ("https://", "must be https://"),
        ("https://crm.example:port/", "is no address"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_words(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(written(tmp_path, url=url))
    assert said in str(refused.value)
    assert "subscriptions.crm" in str(refused.value)
    assert "word" not in str(refused.value).replace("password", "")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://[::1]:9/x", "http://localhost/x"])
def test_this_machine_may_be_told_in_clear(tmp_path: Path, url: str) -> None:
    assert load_settings(written(tmp_path, url=url)).subscriptions


def test_a_trusted_network_may_be_told_in_clear_if_said(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, "allow_http = true", url="http://crm.internal/x")).subscriptions


@pytest.mark.parametrize(
    "secrets", ["[]", '["whsec_c2hvcnQ="]', '["hush hush hush hush hush hush"]', '["whsec_ä"]']
)
def test_a_secret_that_is_none_is_refused_and_not_repeated(tmp_path: Path, secrets: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(written(tmp_path, secrets=secrets))
    assert "subscriptions.crm.secrets" in str(refused.value)
    assert "hush" not in str(refused.value)
    assert "c2hvcnQ" not in str(refused.value)


def test_unknown_kinds_and_keys_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(written(tmp_path, 'kinds = ["handover.lost"]', 'team = ["sales"]'))
    assert "subscriptions.crm.kinds.0" in str(refused.value)
    assert "subscriptions.crm.team: unknown key; did you mean subscriptions.crm.teams?" in str(refused.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("timeout_s = 40\nlease_s = 30", "must be more than timeout_s"),
        ('public_url = "leads.example"', "outbound.public_url"),
        ('public_url = "https://leads.example/?x=1"', "no query"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "leadtrace.toml"
    file.write_text(f"[outbound]\n{line}\n")
    with pytest.raises(SettingsError, match=said):
        load_settings(file)
