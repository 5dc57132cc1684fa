"""What models and paths are told, by the terms that both teams wrote down."""

from decimal import Decimal
from hashlib import blake2b

import msgspec

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.credits.model import Custom, ModelParameters
from leadtrace.domain.credits.terms import AttributionTerms, CustomShares
from leadtrace.domain.definitions.attribution import Attribution
from leadtrace.domain.definitions.ten_thousandths import as_decimal

_DIGEST_BYTES = 16
_encode = msgspec.json.Encoder(order="deterministic").encode


def parameters_of(terms: AttributionTerms) -> ModelParameters:
    """The parameters that terms say, days as microseconds."""
    return ModelParameters(
        lookback_us=terms.lookback_days * DAY_US,
        transform=terms.transform,
        drop_direct=terms.drop_direct,
        direct_channels=terms.direct_channels,
        half_life_us=int(terms.half_life_days * Decimal(DAY_US)),
        custom=None if terms.custom is None else _custom(terms.custom),
    )


def digest_of(block: Attribution) -> str:
    """What tells blocks of terms apart, on every run the same."""
    return blake2b(_encode(block), digest_size=_DIGEST_BYTES).hexdigest()


def _custom(shares: CustomShares) -> Custom:
    return Custom(
        first_touch=as_decimal(shares.first_touch),
        lead_created=as_decimal(shares.lead_created),
        opportunity_created=as_decimal(shares.opportunity_created),
        closed=as_decimal(shares.closed),
        middle=as_decimal(shares.others),
    )
