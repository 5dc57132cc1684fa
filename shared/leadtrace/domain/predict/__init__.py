"""The predictive score: the chance that an open lead is won by a horizon, learnt from known outcomes."""
