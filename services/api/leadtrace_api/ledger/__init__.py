"""The books of custody: how many leads are in whose hands, at any moment and as known at any day's close."""
