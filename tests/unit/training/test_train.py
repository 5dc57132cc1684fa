"""What a training decides: which model, whether it may speak, and that it never learns from the future."""

import msgspec
import numpy as np
import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.predict.dataset import Dataset, Row, build_dataset, canonical, digest
from leadtrace.domain.predict.features import Features, features_at
from leadtrace.domain.predict.folds import Split
from leadtrace.domain.predict.judgement import Bar
from leadtrace.domain.predict.model import check_model, explain, predict
from leadtrace.domain.predict.training import Result, Rival, encode_result
from leadtrace.training.run import train
from tests.unit.training.leads import PLAN, SEED, START, made_dataset, made_leads, request

HORIZON_DAYS = 30
OBSERVED_UNTIL = START + 200 * DAY_US


def area(result: Result, name: str | None = None) -> float:
    """The out-of-fold AUC of the chosen model, or of another forecast."""
    found = result.evaluations[name or str(result.chosen)].auc
    assert found is not None
    return found.value


class TestChoice:
    """The better one out of fold, and only if it is worth anything."""

    def test_a_model_that_beats_everyone_may_speak(self) -> None:
        result = train(request(made_dataset()))
        assert (result.active, result.objections) == (True, ())
        assert result.model is not None
        check_model(result.model)
        assert result.chosen == result.model.model.kind.value
        best = min(("naive_bayes", "logistic"), key=lambda name: result.evaluations[name].log_loss)
        assert result.chosen == best
        assert area(result) > area(result, Rival.RULES) > 0.5
        assert (result.tried, result.folds) == (480, 4)

    def test_the_stored_model_scores_as_it_was_judged(self) -> None:
        """On the rows it was learnt from it can only look better than out of fold, and not by much."""
        dataset = made_dataset()
        result = train(request(dataset))
        assert result.model is not None
        leads = [row.features for row in dataset.rows]
        said = predict(result.model.model, leads)
        assert said.tolist() == pytest.approx(
            [explain(result.model.model, lead).probability for lead in leads], abs=1e-15
        )
        won = np.array([row.won for row in dataset.rows])
        loss = -np.log(np.where(won, said, 1 - said)).mean()
        assert abs(loss - result.evaluations[str(result.chosen)].log_loss) < 0.05

    def test_features_that_say_nothing_activate_nothing(self) -> None:
        """With several seeds, since one could be lucky."""
        for seed in range(5):
            result = train(request(made_dataset(seed=seed, bearing=0.0, rules=0.0), seed=seed))
            assert not result.active
            assert any(Rival.BASE_RATE in objection for objection in result.objections)

    def test_rules_that_know_all_of_it_are_not_replaced(self) -> None:
        result = train(request(made_dataset(rules=100.0)))
        assert not result.active
        assert [Rival.RULES in objection for objection in result.objections] == [True]

    def test_without_a_score_by_rules_it_cannot_be_compared(self) -> None:
        result = train(request(made_dataset(rules=None)))
        assert result.objections == ("It could not be compared with the rules.",)
        assert Rival.RULES not in result.evaluations

    @pytest.mark.parametrize("split", Split)
    def test_too_few_outcomes_are_said_and_nothing_is_trained(self, split: Split) -> None:
        dataset = made_dataset(150)
        result = train(request(dataset, split=split))
        assert (result.active, result.model, result.chosen) == (False, None, None)
        assert result.objections[0] == f"{result.wins} wins are known; 100 are needed."
        assert result.wins + result.losses == 150

    def test_outcomes_all_at_one_moment_cannot_be_tried_by_time(self) -> None:
        rows = tuple(msgspec.structs.replace(row, at=START, decided_at=START) for row in made_dataset().rows)
        result = train(request(msgspec.structs.replace(made_dataset(), rows=rows)))
        assert not result.active
        (only,) = result.objections
        assert only.startswith("There was nothing to try a model on that it had not learnt from;")

    def test_censored_leads_weigh_in_through_those_that_are_known(self) -> None:
        """Wins that stand for three leads each make the base rate three times as likely, not the count."""
        dataset = made_dataset()
        heavy = tuple(msgspec.structs.replace(row, weight=3.0 if row.won else 1.0) for row in dataset.rows)
        one, other = train(request(dataset)), train(request(msgspec.structs.replace(dataset, rows=heavy)))
        assert one.wins == other.wins
        assert other.evaluations["logistic"].rate > one.evaluations["logistic"].rate + 0.1
        assert other.evaluations["logistic"].reliability.ece < 0.1


class TestSameness:
    """Equal data give equal bytes."""

    def test_training_again_gives_the_same_bytes(self) -> None:
        one, other = (encode_result(train(request(made_dataset()))) for _ in range(2))
        assert one == other

    def test_the_order_of_rows_changes_no_byte(self) -> None:
        dataset = made_dataset()
        order = np.random.default_rng(SEED).permutation(len(dataset.rows))
        mixed = canonical(
            msgspec.structs.replace(dataset, rows=tuple(dataset.rows[place] for place in order))
        )
        assert encode_result(train(request(mixed))) == encode_result(train(request(canonical(dataset))))

    def test_other_data_give_another_model(self) -> None:
        dataset = made_dataset()
        first = msgspec.structs.replace(dataset.rows[0], won=not dataset.rows[0].won)
        other = msgspec.structs.replace(dataset, rows=(first, *dataset.rows[1:]))
        models = [train(request(some)).model for some in (dataset, other)]
        assert models[0] is not None
        assert models[1] is not None
        assert models[0].hash != models[1].hash
        assert models[0].model.trained_on == digest(dataset)


class TestLeak:
    """A column that only the outcome fills in brings no profit, because no row ever holds it."""

    def test_a_planted_leak_changes_no_byte_of_what_is_learnt(self) -> None:
        honest, leaking = (
            build_dataset(
                made_leads(600, leaking=leak), PLAN, horizon_days=HORIZON_DAYS, observed_until=OBSERVED_UNTIL
            )
            for leak in (False, True)
        )
        assert leaking.rows == honest.rows
        results = [train(request(some)) for some in (honest, leaking)]
        assert encode_result(results[0]) == encode_result(results[1])
        assert area(results[1]) < 0.75

    def test_the_same_column_would_have_won_if_it_had_been_seen(self) -> None:
        """The plant is a real leak: read as everything is known today, it tells every outcome."""
        leads = made_leads(600, leaking=True)
        dataset = build_dataset(leads, PLAN, horizon_days=HORIZON_DAYS, observed_until=OBSERVED_UNTIL)
        facts = {lead.id: lead.facts for lead in leads}
        seen = tuple(_in_hindsight(row, dataset, facts[row.id]) for row in dataset.rows)
        result = train(request(msgspec.structs.replace(dataset, rows=seen)))
        assert area(result) > 0.99


def _in_hindsight(row: Row, dataset: Dataset, facts: object) -> Row:
    features: Features = features_at(facts, PLAN, at=OBSERVED_UNTIL)  # type: ignore[arg-type]
    assert set(features.texts) <= set(dataset.texts)
    return msgspec.structs.replace(row, features=features)


def test_a_bar_of_its_own_is_judged_by() -> None:
    result = train(request(made_dataset(150), bar=Bar(wins=20, losses=20), split=Split.AT_RANDOM))
    assert result.model is not None
    assert (result.tried, result.folds) == (150, 5)
