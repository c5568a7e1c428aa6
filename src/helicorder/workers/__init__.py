"""Worker processes for work that would hold the interpreter's lock, and shares that keep organisations apart."""
