"""What the ratings expect of each pair of contestants beside what was seen: where Bradley-Terry does not fit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from leaderboards.board import Board
from leaderboards.davidson import chances
from leaderboards.outcomes import Floats

MOST_APART = 5
EQUAL = 9  # decimals of a share at which differences are equal: what is below is rounding of the arithmetic


@dataclass(frozen=True, eq=False)
class Pairs:
    """Rated contestants in the order of the board; shares of row against column, a tie half a win, [K, K].

    `battles` is 0 and `won` NaN where two never met; `expected` is what their ratings say.
    """

    contestants: tuple[str, ...]
    battles: Floats
    won: Floats
    expected: Floats

    @property
    def difference(self) -> Floats:
        """Seen less expected."""
        return self.won - self.expected

    def furthest(self, most: int = MOST_APART) -> list[tuple[int, int]]:
        """The pairs that differ most from what is expected, the row being who won more; equal ones by name."""
        apart = np.round(np.nan_to_num(self.difference), EQUAL)
        rows, columns = np.nonzero(apart > 0)
        letter = np.unique(np.array(self.contestants), return_inverse=True)[1]  # each one's place in the alphabet
        order = np.lexsort((letter[columns], letter[rows], -apart[rows, columns]))[:most]
        return [(int(rows[i]), int(columns[i])) for i in order]

    def to_frame(self) -> pd.DataFrame:
        """A line for each pair that met, in both orders."""
        rows, columns = np.nonzero(self.battles > 0)
        names = np.array(self.contestants, dtype=object)
        shares = {name: getattr(self, name)[rows, columns] for name in ("battles", "won", "expected")}
        return pd.DataFrame({"contestant": names[rows], "against": names[columns], **shares})


def pairs_beside_ratings(board: Board) -> Pairs | None:
    """The pairs of a board; None without battles."""
    if board.ratings is None or board.pairs is None:
        return None
    names = [row.contestant for row in board.rows if row.rating is not None]
    index = [board.ratings.outcomes.contestants.index(name) for name in names]
    chosen = np.ix_(index, index)
    battles, credits = board.pairs.battles[chosen], board.pairs.credits[chosen]
    won = np.divide(credits, battles, out=np.full(battles.shape, np.nan), where=battles > 0)
    return Pairs(tuple(names), battles, won, chances(board.ratings.fit).credit[chosen])
