"""Reading Inspect logs: where they are, what their cells say, and what of it is remembered."""
