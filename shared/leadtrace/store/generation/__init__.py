"""The next generation of a service's rows: made beside the live one, compared, put in its place."""
