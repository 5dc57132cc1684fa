"""What operators say of records and events: that two are one, or are not, or that something was wrong."""
