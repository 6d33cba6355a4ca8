"""Floor 5: settings, addresses, the worker and the pages that show several apps at once."""
