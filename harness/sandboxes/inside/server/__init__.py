"""Process 1 of a sandbox: runs commands, reads and writes files, as asked over one inherited socket.

Standard library only, and as little of it as will do: it starts with every sandbox. The agent's processes run under
the same user id, so this process protects itself: it is process 1 of its namespace (no signal from inside reaches it),
it is not dumpable (no ptrace), and its socket is closed in every child.
"""
