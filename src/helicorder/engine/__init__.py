"""The embedded engine: chDB in a process of its own that speaks ClickHouse's HTTP protocol on loopback.

`supervisor` runs in the server and imports no chDB; `orders` is what it says to the child. `process` is the child's
main, `protocol` its HTTP, `statement` what comes in by it, `store` the chDB that answers.
"""
