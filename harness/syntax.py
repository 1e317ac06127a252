"""Reading Python as a syntax tree, from any thread."""

import ast
import threading

# CPython 3.11 keeps the depth of a parse in the interpreter, not in the call: two threads at once can end in
# `SystemError: AST constructor recursion depth mismatch`. So one at a time, and again where a library came between.
_ONE_AT_A_TIME = threading.Lock()
TRIES = 5


def python_tree(text: str, name: str = "<text>") -> ast.Module:
    """The syntax tree of a module; nothing of it is executed.

    Raises:
        SyntaxError, ValueError: the text is no Python.
    """
    for left in reversed(range(TRIES)):
        try:
            with _ONE_AT_A_TIME:
                return ast.parse(text, filename=name)
        except SystemError:
            if not left:
                raise
    raise AssertionError
