"""The warm interpreter: imports the data stack once; every sandbox that it makes is a fork in namespaces of its own."""
