"""A stream as it may look, for the documentation."""

EXAMPLE = """retry: 2000
: open
id: 4711

id: 4712
event: funnel
data: {"definition_version":3,"rows":[{"basis":"activity","day":"2026-11-27","stage":"mql",\
"channel":"paid_search","segment":"smb","entered":1,"reached":1,"current":1}]}

id: 4713
event: notable
data: {"event":"stage_reached","definition_version":3,"lead_id":"0190f0f0-0000-7000-8000-000000000001",\
"at":"2026-11-27T18:47:21+00:00","stage":"mql"}

: beat
id: 4713

event: dropped
data: {"reason":"stopping"}

"""
