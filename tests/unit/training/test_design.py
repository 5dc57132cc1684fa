"""The design matrix and the terms of its coefficients are one function written twice: they must agree."""

import numpy as np
import pytest

from leadtrace.domain.predict.features import Features
from leadtrace.domain.predict.terms import MICRO, log_odds
from leadtrace.training.design import FEWEST_OF_A_TEXT, MOST_TEXTS, TextColumns, design_for
from tests.unit.training.leads import SEED


def crowd(count: int) -> list[Features]:
    """Leads with texts, numbers and tags of all frequencies, some of them absent."""
    generator = np.random.default_rng(SEED)
    leads = []
    for number in range(count):
        texts = {"industry": f"i{int(generator.geometric(0.3))}"} if generator.random() < 0.9 else {}
        numbers = {"touches": float(generator.poisson(4))} if generator.random() < 0.8 else {}
        tags = tuple(tag for tag, every in (("often", 2), ("seldom", 40)) if number % every == 0)
        leads.append(Features(texts, {**numbers, "same": 7.0}, tags))
    return leads


def test_terms_say_what_matrix_and_coefficients_say() -> None:
    """Tolerance: half a millionth for the base and for each of the six contributions at most."""
    leads = crowd(400)
    design = design_for(leads, texts=("industry", "never"), numbers=("touches", "same", "never"))
    asked = [*leads, Features({"industry": "new"}, {"touches": 1e9}, ("often", "new")), Features()]
    matrix = design.matrix(asked)
    coefficients = np.asarray(np.random.default_rng(SEED).normal(size=matrix.shape[1]))
    terms = design.terms(0.25, coefficients.tolist())
    within = matrix @ coefficients + 0.25
    for lead, expected in zip(asked, within, strict=True):
        assert log_odds(terms, lead) / MICRO == pytest.approx(float(expected), abs=5e-6)


def test_rare_texts_share_a_column_and_rare_tags_have_none() -> None:
    leads = crowd(400)
    blocks = design_for(leads, texts=("industry",), numbers=()).blocks
    industry = blocks[0]
    assert isinstance(industry, TextColumns)
    assert 2 <= len(industry.levels) <= MOST_TEXTS
    for level in industry.levels:
        assert sum(lead.texts.get("industry") == level for lead in leads) >= FEWEST_OF_A_TEXT
    assert blocks[1].part([0.5]).values == {"often": 0.5}  # type: ignore[union-attr]
