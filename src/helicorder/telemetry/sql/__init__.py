"""The only place that puts SQL text together: conditions first, then whole statements by what they read."""
