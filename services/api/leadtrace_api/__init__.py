"""The api: read models, rollups and the answers made of them."""
