"""Everything Segment-shaped: HTTP API, RudderStack's and PostHog's forms of it, webhook destination."""
