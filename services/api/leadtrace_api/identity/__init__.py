"""Why records are one lead: claims, keys, refusals, and every binding that ever held."""
