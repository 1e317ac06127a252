"""One cache for a whole test run, apart from the user's own."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault(
    "MLESMITH_CACHE", str(Path(tempfile.gettempdir()) / f"mlesmith-tests-{os.getuid()}-{os.getpid()}")
)
os.environ.setdefault("INSPECT_DISPLAY", "none")
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
