"""What models are told: refused where it would lose or invent money, and the same after it was stored."""

from decimal import Decimal

import msgspec
import pytest

from leadtrace.domain.credits.model import PER_DEAL, Custom, Model, ModelParameters, Shares
from leadtrace.domain.definitions.attribution import PathTransform


def test_the_order_of_arrays_is_the_order_of_models() -> None:
    assert [model.value for model in PER_DEAL] == [
        "first_touch",
        "last_touch",
        "linear",
        "position_based",
        "u_shaped_hubspot",
        "u_shaped_marketo",
        "w_shaped",
        "full_path",
        "time_decay",
        "custom",
    ]
    assert tuple(Model) == PER_DEAL


@pytest.mark.parametrize(
    ("first", "middle", "match"),
    [
        ("0.5", "0.4", "sum to exactly 1"),
        ("0.333333333333333333", "0.666666666666666666", "sum to exactly 1"),
        ("1.5", "-0.5", "from 0 to 1"),
        ("NaN", "1", "from 0 to 1"),
        ("Infinity", "0", "from 0 to 1"),
        ("0.3333333333333333333", "0.6666666666666666667", "18 decimals"),
        ("1e-1000000", "1", "18 decimals"),
        ("0", "0", "sum to exactly 1"),
    ],
)
def test_custom_weights_that_are_no_whole_are_refused(first: str, middle: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Custom(first_touch=Decimal(first), middle=Decimal(middle))


def test_custom_weights_are_told_in_whole_parts() -> None:
    thirds = Custom(first_touch=Decimal("0.333333333333333333"), closed=Decimal("0.666666666666666667"))
    assert thirds.shares() == Shares(333333333333333333, 0, 0, 666666666666666667, 0)
    assert Custom(lead_created=Decimal("0.50"), middle=Decimal("0.5")).shares() == Shares(0, 1, 0, 0, 1)


@pytest.mark.parametrize("half_life_us", [0, -1])
def test_a_half_life_is_above_0(half_life_us: int) -> None:
    with pytest.raises(ValueError, match="half-life"):
        ModelParameters(half_life_us=half_life_us)


def test_parameters_hold_to_the_rules_of_paths_too() -> None:
    with pytest.raises(ValueError, match="lookback"):
        ModelParameters(lookback_us=-1)


def test_parameters_are_the_same_after_they_were_stored() -> None:
    custom = Custom(first_touch=Decimal("0.7"), middle=Decimal("0.3"))
    given = ModelParameters(
        half_life_us=5, lookback_us=7, transform=PathTransform.FIRST, drop_direct=True, custom=custom
    )
    assert msgspec.json.decode(msgspec.json.encode(given), type=ModelParameters) == given
