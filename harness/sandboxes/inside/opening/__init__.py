"""Programs that turn a foreign file into one plain table.

What each needs besides the data stack is bound beside its working directory.
"""
