"""Drives posthog (Python) as its documentation does: `drive_posthog.py HOST KEY COUNT`."""

import sys

from posthog import Posthog

host, key, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
failed: list[object] = []
client = Posthog(
    key,
    host=host,
    gzip=True,
    flush_at=5,
    flush_interval=0.05,
    on_error=lambda *why: failed.append(why),
)
for number in range(count):
    client.capture("Video Played", distinct_id=f"user-{number}", properties={"title": "Tour"})
client.set(distinct_id="user-0", properties={"email": "ada@acme.example", "title": "Head of Sales"})
address = "https://acme.example/pricing?gclid=1"
client.capture("$pageview", distinct_id="user-0", properties={"$current_url": address})
client.capture("$screen", distinct_id="user-0", properties={"$screen_name": "Start"})
client.group_identify("company", "acme", {"name": "Acme", "employees": 12})
client.alias("visitor-1", "user-1")
client.flush()
client.shutdown()
sys.exit(f"not delivered: {failed}" if failed else 0)
