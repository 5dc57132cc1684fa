"""Training of the predictive score: a process of its own that ends, the only room that knows scikit-learn."""
