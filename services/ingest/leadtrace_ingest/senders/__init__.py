"""One room per vendor: how it signs, what it posts, what that means."""
