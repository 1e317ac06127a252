"""Code that runs inside a sandbox as its own program: the standard library only."""
