"""The kinds of sources, each a file of this folder, found by scanning it.

Adding one is adding a file: `fetch(uri, rest) -> Fetched` under the decorator `scheme` of `harness.sources.scheme`.
"""

import pkgutil
from importlib import import_module

for _found in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_found.name}")
