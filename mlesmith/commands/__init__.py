"""The commands, a module for each thing a user does; heavy imports stand inside functions: --help is quick."""
