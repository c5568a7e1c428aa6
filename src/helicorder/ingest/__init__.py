"""Ingest: the journal is the ack point, the flusher loads the telemetry store from it."""
