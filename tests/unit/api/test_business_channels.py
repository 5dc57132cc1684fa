"""Which channels gauges tell apart: few, whatever a public form is sent, and none twice."""

from hypothesis import given
from hypothesis import strategies as st

from leadtrace_api.business.channels import NONE, OTHER, Channels

KEYS = st.one_of(st.none(), st.sampled_from([OTHER, NONE, "email", "a@b.example"]), st.text(max_size=70))


@given(
    leads=st.dictionaries(KEYS, st.integers(0, 1_000), max_size=40),
    top=st.integers(1, 8),
)
def test_no_lead_is_lost_and_labels_are_bounded(leads: dict[str | None, int], top: int) -> None:
    largest_first = sorted(leads, key=lambda key: -leads[key])
    channels = Channels(largest_first, top)
    sums = channels.sums({key: [count] for key, count in leads.items()}, 1)
    assert sum(count for (count,) in sums.values()) == sum(leads.values())
    assert len(sums) <= top + 2
    assert {OTHER, NONE} <= sums.keys()
    assert not any("@" in label or len(label) > 64 for label in sums)


def test_a_thousand_channels_are_twelve() -> None:
    channels = Channels((f"channel {number}" for number in range(1_000)), 10)
    assert len(channels.labels()) == 12
    assert channels.label("channel 9") == "channel 9"
    assert channels.label("channel 10") == OTHER


def test_a_channel_called_like_the_rest_counts_with_the_rest() -> None:
    channels = Channels(["other", "none", None, "email"], 10)
    assert channels.labels() == ("email", OTHER, NONE)
    assert channels.sums({"other": [1], "sms": [2], "none": [4], None: [8], "email": [16]}, 1) == {
        "email": [16],
        OTHER: [3],
        NONE: [12],
    }


def test_what_looks_like_a_person_is_no_channel() -> None:
    channels = Channels(["anna@example.com", "x" * 65, "two\nlines", "Paid Search (EU)"], 10)
    assert channels.labels() == ("Paid Search (EU)", OTHER, NONE)
