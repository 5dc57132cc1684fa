"""`GET /v1/cohorts`: how the leads of each week or month convert as they grow older."""
