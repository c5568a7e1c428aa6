"""A call's two bodies as one conversation, whoever the provider: what was asked, what was answered, what went wrong."""
