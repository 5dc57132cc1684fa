"""API keys as an operator makes, lists and revokes them; every process checks them by its own key ring."""
