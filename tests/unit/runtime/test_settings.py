"""Settings: defaults, then the file, then the environment; mistakes are named with what was meant."""

from pathlib import Path

import pytest

from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import BrokerKind, Kafka, Postgres, Profile, SenderKind

SECRETS = "LEADTRACE_SENDERS__HUBSPOT__SECRETS"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment and a folder that say nothing."""
    monkeypatch.setattr("os.environ", {})
    monkeypatch.chdir(tmp_path)


def problems(path: Path | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    return str(caught.value)


class TestSources:
    def test_works_without_file_and_environment(self, tmp_path: Path) -> None:
        settings = load_settings()
        assert settings.ports.api == 8000
        assert settings.embedded.data_dir == tmp_path / ".leadtrace"

    def test_file_beats_default_and_environment_beats_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "leadtrace.toml").write_text("[kafka]\npartitions = 3\nreplication = 2\n")
        monkeypatch.setenv("LEADTRACE_KAFKA__PARTITIONS", "5")
        settings = load_settings()
        assert (settings.kafka.partitions, settings.kafka.replication) == (5, 2)

    def test_variable_names_the_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "elsewhere" / "mine.toml"
        file.parent.mkdir()
        file.write_text('[embedded]\ndata_dir = "data"\n')
        monkeypatch.setenv("LEADTRACE_CONFIG", str(file))
        assert load_settings().embedded.data_dir == file.parent / "data"

    def test_lists_come_as_json(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(SECRETS, '["old", "new"]')
        sender = load_settings().senders["hubspot"]
        assert sender.kind is SenderKind.HUBSPOT
        assert [secret.get_secret_value() for secret in sender.secrets] == ["old", "new"]

    def test_environment_adds_to_a_sender_of_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = '[senders.emea]\nkind = "hubspot"\npublic_url = "https://hooks.example.com"\n'
        (tmp_path / "leadtrace.toml").write_text(text + 'mapping = "maps/emea.yaml"\n')
        monkeypatch.setenv("LEADTRACE_SENDERS__EMEA__SECRETS", '["one"]')
        sender = load_settings().senders["emea"]
        assert sender.public_url == "https://hooks.example.com"
        assert sender.mapping == tmp_path / "maps" / "emea.yaml"
        assert sender.rank == 100

    def test_directly_made_settings_ignore_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LEADTRACE_KAFKA__PARTITIONS", "5")
        assert Settings().kafka.partitions == 8


class TestMistakes:
    def test_unknown_key_names_the_nearest(self, tmp_path: Path) -> None:
        (tmp_path / "leadtrace.toml").write_text('[kafka]\nbootsrap_server = "x"\n')
        assert "kafka.bootsrap_server: unknown key; did you mean kafka.bootstrap_servers?" in problems()

    def test_unknown_key_of_a_sender_names_the_nearest(self, tmp_path: Path) -> None:
        (tmp_path / "leadtrace.toml").write_text('[senders.hubspot]\nsecrets = ["x"]\npublic_uri = "x"\n')
        assert "did you mean senders.hubspot.public_url?" in problems()

    def test_unknown_group_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LEADTRACE_KAFAK__PARTITIONS", "5")
        assert "LEADTRACE_KAFAK__PARTITIONS: unknown variable; did you mean kafka?" in problems()

    def test_all_mistakes_at_once(self, tmp_path: Path) -> None:
        (tmp_path / "leadtrace.toml").write_text("[ports]\napi = 0\n[reporting]\ntimezone = 'Mars/Olympus'\n")
        said = problems()
        assert "ports.api" in said
        assert "reporting.timezone: 'Mars/Olympus' is no IANA time zone" in said

    def test_three_live_secrets_are_too_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(SECRETS, '["first-secret", "b", "c"]')
        said = problems()
        assert "senders.hubspot.secrets" in said
        assert "first-secret" not in said

    def test_an_empty_secret_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(SECRETS, '[""]')
        assert "an empty secret would let anybody in" in problems()

    def test_malformed_json_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(SECRETS, "plain")
        assert "given as JSON" in problems()

    def test_missing_file_and_malformed_file(self, tmp_path: Path) -> None:
        assert "no such configuration file" in problems(tmp_path / "none.toml")
        (tmp_path / "leadtrace.toml").write_text("[kafka")
        assert "not valid TOML" in problems()

    def test_a_sender_without_kind_must_be_named_like_one(self, tmp_path: Path) -> None:
        (tmp_path / "leadtrace.toml").write_text('[senders.crm]\nsecrets = ["x"]\n')
        assert "senders.crm.kind" in problems()


class TestProfile:
    @pytest.mark.parametrize(
        ("servers", "url", "profile", "broker"),
        [
            (None, None, Profile.EMBEDDED, BrokerKind.EMBEDDED),
            ("kafka:9092", None, Profile.EMBEDDED, BrokerKind.APACHE),
            (None, "postgresql://db/x", Profile.EMBEDDED, BrokerKind.EMBEDDED),
            ("kafka:9092", "postgresql://db/x", Profile.DISTRIBUTED, BrokerKind.APACHE),
        ],
    )
    def test_both_addresses_turn_embedded_off(
        self, servers: str | None, url: str | None, profile: Profile, broker: BrokerKind
    ) -> None:
        settings = Settings(
            kafka=Kafka(bootstrap_servers=servers), postgres=Postgres.model_validate({"url": url})
        )
        assert (settings.profile, settings.broker_kind) == (profile, broker)

    def test_missing_addresses_are_said(self) -> None:
        with pytest.raises(SettingsError, match=r"postgres\.url: not set"):
            _ = Settings().postgres_url
        with pytest.raises(SettingsError, match=r"kafka\.bootstrap_servers: not set"):
            _ = Settings().kafka_bootstrap_servers


def test_secrets_never_show_in_a_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRETS, '["s3cret-of-hubspot"]')
    monkeypatch.setenv("LEADTRACE_KEYS__BOOTSTRAP", "an-admin-key-of-length")
    shown = repr(load_settings())
    assert "s3cret" not in shown
    assert "an-admin-key" not in shown


class TestSecuredBroker:
    def test_a_user_without_a_password_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LEADTRACE_KAFKA__SECURITY_PROTOCOL", "SASL_SSL")
        monkeypatch.setenv("LEADTRACE_KAFKA__SASL_USERNAME", "leadtrace")
        assert problems() == "kafka: SASL_SSL needs sasl_username and sasl_password"

    def test_the_file_of_authorities_starts_at_the_folder_of_the_configuration(self, tmp_path: Path) -> None:
        file = tmp_path / "etc" / "leadtrace.toml"
        file.parent.mkdir()
        file.write_text('[kafka]\nssl_cafile = "kafka-ca.pem"\n')
        assert load_settings(file).kafka.ssl_cafile == file.with_name("kafka-ca.pem")
