"""A second version of the definitions as a company would write it: the shipped file with some numbers moved.

Demand counts for more and fades sooner, warm begins later and hot earlier, fit asks for less, and `sal` has
clauses of its own.
"""

from leadtrace.runtime.definitions import live_path

_ACCEPTED = """
  - stage: sal
    clauses:
      - {id: was_accepted, reached: sal}
      - {id: still_known, known: company_domain}
"""[1:]
_CHANGES = (
    ("version: 1\n", "version: 2\n"),
    (
        "points: 30\n        half_life_days: 30\n        cap: 45",
        "points: 40\n        half_life_days: 20\n        cap: 50",
    ),
    ("points: 6\n        half_life_days: 21", "points: 9.5\n        half_life_days: 14"),
    ("cap_per_day: 40 ", "cap_per_day: 50 "),
    ("warm: {enter_at: 30, leave_below: 25}", "warm: {enter_at: 35, leave_below: 30}"),
    ("hot: {enter_at: 60, leave_below: 50}", "hot: {enter_at: 55, leave_below: 45}"),
    ("fit: {A: 40, B: 20}", "fit: {A: 35, B: 15}"),
    ("{id: fits, fit_at_least: 20}", "{id: fits, fit_at_least: 15}"),
    ("  - stage: sql\n", _ACCEPTED + "  - stage: sql\n"),
    ("{id: in_demand, intent_at_least: 8}", "{id: in_demand, intent_at_least: 10}"),
)


def second_version() -> str:
    """The whole file."""
    text = live_path().read_text(encoding="utf-8")
    for old, new in _CHANGES:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
