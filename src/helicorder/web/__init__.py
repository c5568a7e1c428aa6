"""The web interface as files: built from `ui/`, an API client like any other."""
