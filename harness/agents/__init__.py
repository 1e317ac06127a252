"""Agents: what competes. Each is an Inspect solver that leaves /workspace/submission.csv in its sandbox."""
