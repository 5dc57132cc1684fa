"""Prints the api's OpenAPI document, without a database: `python -m leadtrace_api.openapi`."""

import json
import sys
from pathlib import Path
from tempfile import gettempdir

from fastapi import FastAPI

from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.sql_engine import make_engine
from leadtrace_api.app import create_app
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from leadtrace_api.settings import ApiSettings


def application() -> FastAPI:
    """The api over a database that is never asked."""
    # Nothing connects: the address is only asked for with the first question.
    engine = make_engine(f"postgresql:///none?host={Path(gettempdir())}")
    settings = ApiSettings("EUR", "UTC", embedded=False)
    room = Room(engine, settings, shipped_shelf(), KeyRing(None), Vault(lambda: None))
    return create_app(room, Readiness(), Metrics())


def document() -> str:
    """The document as text, its keys in one order."""
    return json.dumps(application().openapi(), indent=1, sort_keys=True)


if __name__ == "__main__":
    sys.stdout.write(document() + "\n")
