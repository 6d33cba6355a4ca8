"""Pages of governance, a module a subject."""
