"""The REST API: one file per resource; wire.py maps Helicone's shapes to the model."""
