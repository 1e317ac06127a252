"""What speaks for or against asking for a column."""

Signs = list[tuple[float, str]]  # each a weight and its reason
