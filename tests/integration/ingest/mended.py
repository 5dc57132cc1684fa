"""A mapping as an operator changes it: the shipped one with a stage more, or with two rows less."""

from pathlib import Path

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.hubspot.map import HubSpotAdapter
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from leadtrace_ingest.senders.sender import Sender
from tests.integration.ingest.scene import Scene
from tests.unit.ingest.hubspot_items import SECRET, contact_property

NEW_STAGE = "77"
_SPOILT = {
    "hs_analytics_source: {means: acquisition, as: channel, touchpoint: true}": (
        "hs_analytics_source: {means: ignored}"
    ),
    "  - {id: marketingqualifiedlead, is: mql}\n": "",
}
_SHIPPED_ROW = "  - {id: other, is: ignored}\n"


def unmapped(contact: int, number: int | None = None) -> dict[str, object]:
    """A contact enters a stage that the shipped mapping does not know."""
    event_id = contact if number is None else number
    return contact_property("lifecyclestage", NEW_STAGE, objectId=contact, eventId=event_id)


def mend(scene: Scene, folder: Path) -> None:
    """Have every relay from now on map by version 3, which knows the stage."""
    text = shipped()
    assert _SHIPPED_ROW in text
    text = text.replace(_SHIPPED_ROW, f"{_SHIPPED_ROW}  - {{id: '{NEW_STAGE}', is: mql}}\n")
    put_in_force(scene, folder / "mended.yaml", text)


def spoil(scene: Scene, folder: Path) -> None:
    """Have every relay from now on map by a version 3 that ignores the source and has forgotten a stage."""
    text = shipped()
    for row, now in _SPOILT.items():
        assert row in text
        text = text.replace(row, now)
    put_in_force(scene, folder / "spoilt.yaml", text)


def shipped() -> str:
    """The mapping as it is shipped."""
    return shipped_path("mappings", "hubspot.yaml").read_text()


def put_in_force(scene: Scene, path: Path, text: str) -> None:
    """Have every relay from now on map by this text, as version 3."""
    path.write_text(text.replace("version: 2\n", "version: 3\n"))
    adapter = HubSpotAdapter("hubspot", [SECRET.encode()], load_mapping(path, "BRL"))
    scene.senders["hubspot"] = Sender("hubspot", 50, b"https://hooks.example", adapter)
