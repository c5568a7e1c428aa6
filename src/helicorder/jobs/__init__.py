"""The callers that act by themselves."""
