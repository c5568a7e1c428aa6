"""The demo: the product on a scratch directory, a fake provider on loopback, and some hundred varied calls."""
