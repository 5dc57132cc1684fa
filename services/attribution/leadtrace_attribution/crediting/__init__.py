"""What made each sale: journeys of deals and leads, and per-deal credit by every rule-based model."""
