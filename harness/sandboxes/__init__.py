"""Sandbox providers: what runs generated code and agents, with nothing of the host within reach."""
