"""Baselines without a language model, of graded strength. They run inside an agent's sandbox, on public files alone."""
