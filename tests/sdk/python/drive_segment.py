"""Drives segment-analytics-python as its documentation does: `drive_segment.py HOST KEY COUNT`."""

import sys

from segment.analytics.client import Client  # type: ignore[import-untyped]

host, key, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
failed: list[object] = []
client = Client(
    key, host=host, gzip=True, upload_size=5, upload_interval=0.05, on_error=lambda *why: failed.append(why)
)
for number in range(count):
    client.track(f"user-{number}", "Video Played", {"title": "Tour"})
client.identify("user-0", {"email": "ada@acme.example", "title": "Head of Sales"}, anonymous_id="visitor-0")
client.page("user-0", "Docs", "Prices", {"url": "https://acme.example/pricing?gclid=1", "path": "/pricing"})
client.screen("user-0", "App", "Start")
client.group("user-0", "acme", {"name": "Acme", "employees": 12})
client.alias("visitor-1", "user-1")
client.flush()
client.join()
sys.exit(f"not delivered: {failed}" if failed else 0)
