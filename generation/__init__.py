"""From a raw dataset to verified competition packages: brainstorm, design, refactor, verify."""

TASK = "mlesmith/generate"  # the name of the eval, which its logs have
