"""Helicorder: durable, honest scores for LLM calls, on Helicone's wire."""

from importlib.metadata import version

__version__ = version("helicorder")
