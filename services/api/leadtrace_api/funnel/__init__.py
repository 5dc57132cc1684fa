"""The funnel: stages, rates and revenue by one dimension."""
