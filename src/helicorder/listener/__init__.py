"""The port: the HTTP server, what each caller may hold of it, and the memory that comes back after a flood."""
