"""Names as parts of identifiers."""

import re
import unicodedata

from generation.profile.words import tokens


def slug(name: str) -> str:
    """A name as a part of an identifier: lower case, ASCII, words joined by one underscore, a letter first."""
    bare = re.sub(r"(?i)(\.(csv|tsv|parquet|gz|txt|jsonl?))+$", "", name)
    plain = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode()
    joined = re.sub(r"[^a-z0-9_]", "", "_".join(_pieces(plain)))[:40].strip("_") or "column"
    return joined if joined[0].isalpha() else f"c_{joined}"


def _pieces(plain: str) -> list[str]:
    """The words, with digits kept on the word before them: `cc1_miles` gives cc1, miles."""
    pieces: list[str] = []
    for chunk in re.split(r"[^A-Za-z0-9]+", plain):
        fresh = True
        for word in tokens(chunk):
            if word.isdigit() and not fresh:
                pieces[-1] += word
            else:
                pieces.append(word)
            fresh = False
    return pieces
