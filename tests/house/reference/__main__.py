"""Writes what is generated of docs/, as it should stand: `scripts/reference`."""

from tests.house.checkout import ROOT
from tests.house.reference.pages import PAGES

for name, page in PAGES.items():
    (ROOT / name).write_text(page(), encoding="utf-8")
