"""Other splits of the same data for those who give a salt, which is written nowhere.

A salt becomes a key by scrypt (RFC 7914), which takes a tenth of a second and 32 MB for each guess; each task's split
seed is 62 bits of an HMAC of the key over the task's data and question, and the seed alone is written into its
prepare.py, which needs it. So neither the public split nor a private package tells the split of another task or the
salt. Whoever has a package itself can make its split, and nothing hides answers that the source makes public.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from harness.errors import UserError

VARIABLE = "MLESMITH_SALT"
SHORTEST = 8
_DOMAIN = b"mlesmith split seeds 1"
_BITS = 62  # a whole number of TOML has 64 with its sign, and a split that fails is tried again with the next ones


class WeakSalt(UserError):
    """A salt that could be guessed in no time."""


@dataclass(frozen=True)
class SplitKey:
    """What a salt became; `mark` tells two keys apart without telling either."""

    secret: bytes = field(repr=False)

    @property
    def mark(self) -> str:
        return hmac.digest(self.secret, b"mark", "sha256").hex()[:16]


@dataclass(frozen=True)
class SplitSeeds:
    """The split seed of each question on one dataset; without a key it is `seed` for all."""

    seed: int = 0
    key: SplitKey | None = None
    source: str = ""

    def of(self, question: str) -> int:
        if self.key is None:
            return self.seed
        words = "\x1f".join((self.source, question, str(self.seed))).encode()
        return int.from_bytes(hmac.digest(self.key.secret, words, "sha256")[:8]) >> (64 - _BITS)

    def share(self, share: float, question: str) -> float:
        """The test share of a split in time, the one split that a seed does not move: by up to a fifth either way."""
        if self.key is None:
            return share
        return round(share * (0.8 + 0.4 * (self.of(question) % 1009) / 1008), 3)


PUBLIC = SplitSeeds()


def read_salt(path: Path) -> str:
    """The salt that a file holds, without the end of its line.

    Raises:
        WeakSalt: there is no such file, or nothing in it.
    """
    try:
        salt = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WeakSalt(f"The salt can't be read from {path}: {error}.") from error
    if not salt:
        raise WeakSalt(f"{path} is empty; write the salt into it, for example: openssl rand -hex 16 > {path}.")
    return salt


@lru_cache(maxsize=4)
def key_of(salt: str) -> SplitKey:
    """The key of a salt.

    Raises:
        WeakSalt: it has fewer than eight characters.
    """
    if len(salt) < SHORTEST:
        raise WeakSalt(
            f"A salt has at least {SHORTEST} characters that nobody guesses, this one has {len(salt)}. "
            "Make one, for example: openssl rand -hex 16."
        )
    return SplitKey(hashlib.scrypt(salt.encode(), salt=_DOMAIN, n=1 << 15, r=8, p=1, maxmem=1 << 26, dklen=32))


_KEY: ContextVar[SplitKey | None] = ContextVar("mlesmith_split_key", default=None)


@contextmanager
def salted(salt: str) -> Iterator[None]:
    """Generate with this salt; an empty one changes nothing.

    Raises:
        WeakSalt: as `key_of`.
    """
    held = _KEY.set(key_of(salt) if salt else _KEY.get())
    try:
        yield
    finally:
        _KEY.reset(held)


def split_key() -> SplitKey | None:
    """The key that is in use here: of `salted`, else of the variable MLESMITH_SALT, else none.

    Raises:
        WeakSalt: as `key_of`.
    """
    named = os.environ.get(VARIABLE, "")
    return _KEY.get() or (key_of(named) if named else None)


def own_mark() -> str:
    """The mark of the key in use here, "" where there is none."""
    key = split_key()
    return key.mark if key else ""
