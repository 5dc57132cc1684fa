# Sourced: the phases of `make check`, which `make test-fast` and `make test` begin with.

check_phases() {
    phase "format" .venv/bin/ruff format --check .
    phase "lint" .venv/bin/ruff check .
    phase "types" .venv/bin/mypy
    phase "import layers" .venv/bin/lint-imports --no-logo
    phase "spelling" .venv/bin/typos
    phase "house rules" .venv/bin/pytest -q tests/house
}
