"""The raw routes as OpenAPI documents them: they stand in front of the app, which cannot tell of them."""
