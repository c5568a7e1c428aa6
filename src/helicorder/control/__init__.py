"""Control: organisations, API keys and server-made secrets, in SQLite or PostgreSQL."""
