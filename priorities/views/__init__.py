"""Pages of floor 4, split by who works on them."""
