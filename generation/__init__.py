"""From a raw dataset to verified competition packages: brainstorm, design, refactor, verify."""
