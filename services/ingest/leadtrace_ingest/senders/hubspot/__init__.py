"""HubSpot: signatures v1 to v3, the webhook items, and the mapping of properties and stages."""
