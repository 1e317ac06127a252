"""The provider `container`: a container of an engine that speaks Docker's interface, one for each sandbox."""
