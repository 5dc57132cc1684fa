"""Where a visit came from: campaign parameters, click ids and referrers, and the channel that they make."""
