"""One snapshot of a plain file on standard output, for the host of a sandbox without a server inside.

`python -I -S -c "...; main()" FILE LIMIT` writes one line of JSON: `error`, `message`, and the bytes in base64.
"""

import base64
import json
import os
import sys

from harness.sandboxes.inside.server import files


def main() -> None:
    """Say what is at the path, or why there is no plain file of at most so many bytes."""
    path, limit = sys.argv[1], int(sys.argv[2])
    try:
        about, data = files.read(path, limit, plain=True)
    except OSError as error:
        about, data = {"error": type(error).__name__, "message": os.strerror(error.errno or 0)}, b""
    said = {"error": about.get("error"), "message": about.get("message", ""), "data": base64.b64encode(data).decode()}
    sys.stdout.write(json.dumps(said))
