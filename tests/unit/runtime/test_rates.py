"""The file of exchange rates: what it may say, and that each mistake is named with line, rule and remedy."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from leadtrace.domain.calendar import UTC_DAYS
from leadtrace.runtime.rates import RateFile, configured_rates, load_rates
from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Reporting

GOOD = "# ECB euro foreign exchange reference rates\ndate,currency,rate\n"
ROWS = GOOD + "2026-03-30,USD,1.0815\n2026-03-31,USD,1.0824\n\n# the yen\n2026-03-31,JPY,163.45\n"


def load(tmp_path: Path, text: str) -> RateFile:
    path = tmp_path / "rates.csv"
    path.write_text(text, encoding="utf-8")
    return load_rates(path, "EUR", UTC_DAYS)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load(tmp_path, text)
    return [one.removeprefix(f"{tmp_path / 'rates.csv'}:") for one in raised.value.problems]


def test_a_file_says_where_its_rates_are_from_and_what_they_are(tmp_path: Path) -> None:
    file = load(tmp_path, ROWS)
    assert file.source == "ECB euro foreign exchange reference rates"
    assert file.rows[-1] == (date(2026, 3, 31), "USD", Decimal("1.0824"))
    noon = 1_774_958_400_000_000  # 2026-03-31
    assert file.rates.rate("USD", noon) == Decimal("1.0824")
    assert file.rates.rate("USD", noon + 7 * 86_400_000_000) == Decimal("1.0824")
    assert file.rates.rate("USD", noon + 8 * 86_400_000_000) is None
    assert file.rates.rate("USD", noon - 2 * 86_400_000_000) is None
    assert file.rates.rate("GBP", noon) is None
    assert file.rates.rate("USD", 2**62) is None


def test_windows_files_are_read_alike(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + ROWS.replace("\n", "\r\n")).rates.mark == load(tmp_path, ROWS).rates.mark


WRONG = {
    "no source": ("date,currency,rate\n", "1: the first line says where", "begin with a comment"),
    "nothing": ("", "1: the first line says where", "begin with a comment"),
    "no header": ("# ECB\n2026-03-31,USD,1.08\n", "2: the header is", "write it above the rates"),
    "semicolons": ("# ECB\ndate;currency;rate\n", "2: the header is", "write it above the rates"),
    "day": (GOOD + "31.03.2026,USD,1.08\n", "3: date: is a day", "like 2026-03-31"),
    "no day": (GOOD + "2026-02-30,USD,1.08\n", "3: date: is a day", "like 2026-03-31"),
    "currency": (GOOD + "2026-03-31,usd,1.08\n", "3: currency: is an ISO 4217 code", "USD"),
    "own": (GOOD + "2026-03-31,EUR,1\n", "3: currency: EUR is the reporting currency", "leave the line out"),
    "comma": (GOOD + '2026-03-31,USD,"1,08"\n', "3: rate: is a decimal number", "with a point"),
    "none": (GOOD + "2026-03-31,USD,N/A\n", "3: rate: is a decimal number", "leave out days"),
    "zero": (GOOD + "2026-03-31,USD,0\n", "3: rate: is a decimal number", "0.000000001"),
    "below": (GOOD + "2026-03-31,USD,-1.08\n", "3: rate: is a decimal number", "0.000000001"),
    "not finite": (GOOD + "2026-03-31,USD,NaN\n", "3: rate: is a decimal number", "0.000000001"),
    "fields": (GOOD + "2026-03-31,USD\n", "3: a line has 3 fields, this one 2", "date,currency,rate"),
    "twice": (
        GOOD + "2026-03-31,USD,1.08\n\n2026-03-31,USD,1.08\n",
        "5: USD of 2026-03-31 stands in line 3 already",
        "one rate a day",
    ),
}


@pytest.mark.parametrize(("text", "said", "remedy"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_named_with_line_rule_and_remedy(
    tmp_path: Path, text: str, said: str, remedy: str
) -> None:
    first, *_ = problems(tmp_path, text)
    assert first.startswith(said)
    assert remedy in first


def test_all_mistakes_are_told_at_once_but_not_a_thousand(tmp_path: Path) -> None:
    told = problems(tmp_path, GOOD + "x\n" * 1_000)
    assert len(told) == 21
    assert told[-1].endswith("and 980 more")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"reporting\.rates: .*gone\.csv cannot be read as UTF-8 text"):
        load_rates(tmp_path / "gone.csv", "EUR", UTC_DAYS)


def test_the_configuration_names_it_from_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEADTRACE_CONFIG", raising=False)
    (tmp_path / "rates.csv").write_text(ROWS)
    config = tmp_path / "leadtrace.toml"
    config.write_text('[reporting]\nrates = "rates.csv"\n')
    rates = configured_rates(load_settings(config))
    assert (rates.given, rates.currency) == (True, "EUR")
    without = configured_rates(Settings(reporting=Reporting(currency="BRL")))
    assert (without.given, without.currency) == (False, "BRL")
