"""Competitions as packages, prepared, run in sandboxes, graded: everything between a task and a row of results."""
