"""Telemetry: three verbs over ClickHouse's HTTP protocol, and the statements that use them."""
