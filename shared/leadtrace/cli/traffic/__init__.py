"""A sender of webhooks as CRMs are: signs, retries, repeats itself and mixes up the order."""
