"""What stands on the wire: each request and each answer, once, for the server and for its clients. Values, no I/O."""
