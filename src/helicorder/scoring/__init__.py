"""Scoring: pure statistics. No clock, no network, no store."""
