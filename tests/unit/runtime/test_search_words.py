"""Words by which people are found: one form however they are written, and digests that differ by key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.runtime.vault.search_words import MOST_WORDS, digest_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zaïda QUINT", {"zaida", "quint"}),
        ("Zai\u0308da", {"zaida"}),
        ("Müller-Lüdenscheidt, Straße", {"muller", "ludenscheidt", "strasse"}),
        ("O'Neil_2", {"o", "neil", "2"}),
        ("王小明 Łódź", {"王小明", "łodz"}),
        ("ΣΟΦΊΑ", {"σοφια"}),
        ("\u2121", {"tel"}),
        (" -'", set()),
        (None, set()),
    ],
)
def test_words_have_one_form(text: str | None, words: set[str]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_asked_as_it_was_told_is_found(one: str, other: str) -> None:
    told = words_of(one, other)
    if len(told) < MOST_WORDS:
        assert told == words_of(f"{other} {one}") == words_of(one) | words_of(other)
    assert words_of(*told) == told


def test_a_text_without_end_has_some_words() -> None:
    assert len(words_of(" ".join(map(str, range(1_000))))) == MOST_WORDS


def test_digests_differ_by_word_and_key() -> None:
    digests = {digest_of(key, word) for key in (b"a" * 32, b"b" * 32) for word in ("ann", "bob")}
    assert {len(one) for one in digests} == {16}
    assert len(digests) == 4
