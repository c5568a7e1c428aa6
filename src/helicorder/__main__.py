"""``python -m helicorder``."""

from helicorder.cli import main

main()
