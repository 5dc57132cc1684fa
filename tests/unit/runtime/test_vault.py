"""Keys over personal data: what is sealed opens in its place with its key, and nowhere else."""

import base64
import stat
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.events.codec import encode
from leadtrace.events.lead import LeadCaptured
from leadtrace.events.personal import Personal
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.vault.configured import (
    configured_wrapper,
    keep_first,
    known_wrapper,
    new_master_key,
    put_first,
)
from leadtrace.runtime.vault.personal_block import (
    about_event,
    block_of,
    key_id_of,
    may_hold_block,
    opened_block,
    with_sealed_block,
    without_block,
)
from leadtrace.runtime.vault.sealing import DataKey, Sealed, UnreadableError, new_key, open_once, seal_once
from leadtrace.runtime.vault.wrapper import LocalWrapper, UnknownMasterKeyError, UnreadableKeyError
from leadtrace.testing.vault import MASTER_KEY, OTHER_MASTER_KEY, wrapper_of

KEY_ID = UUID(int=7)
ABOUT = about_event("hubspot/33", "e-1")
texts = st.none() | st.text()
people = st.builds(
    Personal,
    email=texts,
    phone=texts,
    first_name=texts,
    last_name=texts,
    other=st.dictionaries(st.text(min_size=1), st.text()),
)


def settings(**groups: object) -> Settings:
    return Settings.model_validate(groups)


class TestWrapper:
    def test_a_wrapped_key_says_under_what_it_is_and_opens_with_that_alone(self) -> None:
        key = new_key()
        wrapped = wrapper_of().wrap(key)
        assert wrapped.startswith(wrapper_of().current)
        assert key not in wrapped
        assert wrapper_of(OTHER_MASTER_KEY, MASTER_KEY).unwrap(wrapped) == key
        with pytest.raises(UnknownMasterKeyError, match=wrapper_of().current.hex()):
            wrapper_of(OTHER_MASTER_KEY).unwrap(wrapped)

    @pytest.mark.parametrize("change", [lambda one: one[:-1], lambda one: one[:-1] + bytes([one[-1] ^ 1])])
    def test_a_damaged_one_does_not_open(self, change: Callable[[bytes], bytes]) -> None:
        with pytest.raises(UnreadableKeyError):
            wrapper_of().unwrap(change(wrapper_of().wrap(new_key())))

    @pytest.mark.parametrize("keys", [[], [b"short"], [bytes(32)] * 3])
    def test_it_takes_one_or_two_whole_keys(self, keys: list[bytes]) -> None:
        with pytest.raises(ValueError, match="master keys"):
            LocalWrapper(keys)


class TestOnce:
    @given(plain=st.binary())
    def test_it_opens_in_its_place_and_in_no_other(self, plain: bytes) -> None:
        sealed = seal_once(wrapper_of(), plain, b"here")
        assert open_once(wrapper_of(), sealed, b"here") == plain
        with pytest.raises(UnreadableError):
            open_once(wrapper_of(), sealed, b"there")
        other = seal_once(wrapper_of(), plain, b"here")
        with pytest.raises(UnreadableError):
            open_once(wrapper_of(), Sealed(sealed.body, other.key), b"here")


class TestBlock:
    @given(person=people, properties=st.dictionaries(st.text(), texts))
    def test_a_sealed_block_comes_back_and_the_rest_is_as_it_was(
        self, person: Personal, properties: dict[str, str | None]
    ) -> None:
        data = encode(LeadCaptured(properties=properties, personal=person))
        key = DataKey(new_key())
        sealed = with_sealed_block(data, key, KEY_ID, ABOUT)
        assert without_block(sealed) == without_block(data)
        block = block_of(sealed)
        if not may_hold_block(data):
            assert (block, sealed) == (None, data)
            return
        assert block is not None
        assert msgspec.structs.replace(block, sealed=None, key=None) == Personal()
        assert key_id_of(block) == KEY_ID
        assert opened_block(block, key, ABOUT) == person
        with pytest.raises(UnreadableError):
            opened_block(block, key, about_event("hubspot/33", "e-2"))

    def test_a_block_of_an_older_event_is_read_in_clear(self) -> None:
        block = block_of(b'{"personal":{"email":"ann@mailbox.example"}}')
        assert block == Personal(email="ann@mailbox.example")
        assert block is not None
        assert key_id_of(block) is None

    def test_what_calls_itself_sealed_is_sealed_all_the_same(self) -> None:
        data = b'{"personal":{"sealed":"in truth clear","key":"x","email":"ann@mailbox.example"}}'
        sealed = with_sealed_block(data, DataKey(new_key()), KEY_ID, ABOUT)
        assert b"ann@" not in sealed
        assert b"in truth" not in sealed

    @pytest.mark.parametrize("text", ['"personal":{', 'x\\"personal\\":{"'])
    def test_text_that_looks_like_a_block_is_none(self, text: str) -> None:
        data = encode(LeadCaptured(properties={"note": text}))
        assert not may_hold_block(data)
        assert block_of(data) is None

    @pytest.mark.parametrize("key", [None, "no id"])
    def test_a_block_without_a_key_names_none(self, key: str | None) -> None:
        assert key_id_of(Personal(sealed="x", key=key)) is None

    @pytest.mark.parametrize("sealed", ["", "no base64!", base64.b64encode(b"too short").decode()])
    def test_a_damaged_block_does_not_open(self, sealed: str) -> None:
        with pytest.raises(UnreadableError):
            opened_block(Personal(sealed=sealed, key=KEY_ID.hex), DataKey(new_key()), ABOUT)


class TestConfigured:
    def test_what_is_configured_counts(self, tmp_path: Path) -> None:
        given = settings(
            personal={"master_keys": [OTHER_MASTER_KEY, MASTER_KEY]}, embedded={"data_dir": tmp_path}
        )
        assert configured_wrapper(given).current == wrapper_of(OTHER_MASTER_KEY).current
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(SettingsError, match="second"):
            put_first(given, new_master_key())

    def test_a_distributed_installation_must_be_given_one(self) -> None:
        given = settings(installation={"profile": "distributed"})
        assert known_wrapper(given) is None
        with pytest.raises(SettingsError, match="new-master"):
            configured_wrapper(given)

    @pytest.mark.parametrize("key", ["", "no base64!", base64.b64encode(b"short").decode()])
    def test_what_is_no_key_is_told(self, key: str) -> None:
        with pytest.raises(SettingsError, match="base64 of 32 bytes"):
            configured_wrapper(settings(personal={"master_keys": [key]}))

    def test_the_data_folder_gets_one_that_only_its_owner_reads(self, tmp_path: Path) -> None:
        given = settings(embedded={"data_dir": tmp_path / "data"})
        assert known_wrapper(given) is None
        made = configured_wrapper(given)
        again = known_wrapper(given)
        assert again is not None
        assert made.current == again.current
        (file,) = (tmp_path / "data").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_a_new_one_goes_first_and_the_old_one_stays_until_it_is_dropped(self, tmp_path: Path) -> None:
        given = settings(embedded={"data_dir": tmp_path})
        old = configured_wrapper(given)
        put_first(given, MASTER_KEY)
        both = configured_wrapper(given)
        assert both.current == wrapper_of().current
        assert both.known == old.known | wrapper_of().known
        with pytest.raises(SettingsError, match="rotate-master"):
            put_first(given, OTHER_MASTER_KEY)
        assert keep_first(given) is not None
        assert configured_wrapper(given).known == wrapper_of().known
        assert keep_first(given) is None
