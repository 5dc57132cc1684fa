"""The page at `/`: files that `scripts/page` builds from `services/api/page` and that lie in `built/`."""
