"""Providers: pure reading of what LLM providers answer: usage, model, merged streams, cost."""
