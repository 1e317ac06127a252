"""What makes this task hard: read off its rows, the gravest first, at most six."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from generation.profile import ColumnProfile, Kind
from generation.profile.restating import codes
from generation.rules.columns_text import code, date_pattern, listed, number_text
from generation.rules.draft import Draft
from generation.rules.figures import figure, percent
from generation.rules.moments import seconds

MOST = 6
_RARE = 0.2
_LONG_TAIL = 2.0
_MANY_ZEROS = 0.15
_MUCH_MISSING = 0.05
_UNSEEN = 0.02
_MANY_LEVELS = 30
_FEW_ROWS = 500
_DRIFT = 0.5
_FAR = 20
_MOST_SEARCHED = 60
_MOST_COMPARED = 5
_TWO_DAYS = 2 * 86400
_TEN_YEARS = 3653 * 86400


def pitfalls(draft: Draft) -> list[str]:
    """A sentence or two for each thing that a solver should know before the first model."""
    finders: tuple[Callable[[Draft], Iterator[str]], ...] = (
        *(_groups, _drift, _rare_answers, _tail, _zeros, _missing, _unseen, _wild, _epoch),
        *(_spelling, _texts, _copies, _near_constant, _few),
    )
    return [line for find in finders for line in find(draft)][:MOST]


def _groups(draft: Draft) -> Iterator[str]:
    split = draft.formulation.split
    if split.rule == "group":
        sizes = draft.cells(split.column)[draft.assignment.train_rows].value_counts()
        size = figure(float(sizes.median()))
        key = "watch_groups" if sizes.max() > sizes.median() else "watch_equal_groups"
        yield draft.voice.say(key, column=code(split.column), size=size, most=f"{int(sizes.max()):,}")


def _drift(draft: Draft) -> Iterator[str]:
    """The target's mean moves along the training time by more than half of its spread."""
    split = draft.formulation.split
    if split.rule != "time" or draft.formulation.labels:
        return
    when = seconds(draft.cells(split.column)[draft.assignment.train_rows], draft.profile[split.column]).to_numpy()
    order = np.argsort(when, kind="stable")
    quarter = len(order) // 4
    numbers = draft.train_numbers[order]
    if quarter < 10 or abs(numbers[-quarter:].mean() - numbers[:quarter].mean()) <= _DRIFT * numbers.std():
        return
    means = {"early": figure(float(numbers[:quarter].mean())), "late": figure(float(numbers[-quarter:].mean()))}
    yield draft.voice.say("watch_drift", target=code(draft.target.name), **means)


def _rare_answers(draft: Draft) -> Iterator[str]:
    labels = draft.formulation.labels
    if not labels:
        return
    counts = draft.train_cells.value_counts()
    rare = min(labels, key=lambda label: int(counts.get(label, 0)))
    share = float(counts.get(rare, 0)) / max(1, draft.train_count)
    if share < (_RARE if len(labels) == 2 else 0.5 / len(labels)):
        usual = max(labels, key=lambda label: int(counts.get(label, 0)))
        yield draft.voice.say(
            "watch_rare",
            label=_explained(draft, rare),
            count=f"{int(counts.get(rare, 0)):,}",
            all=f"{draft.train_count:,}",
            usual=_explained(draft, usual),
            share=percent(float(counts.get(usual, 0)) / max(1, draft.train_count)),
        )


def _explained(draft: Draft, label: str) -> str:
    means = codes(draft.target.meaning).get(label, "")
    return f"{code(label)} ({means})" if means else code(label)


def _tail(draft: Draft) -> Iterator[str]:
    if draft.formulation.labels:
        return
    low, middle, high = np.percentile(draft.train_numbers, [0, 50, 99])
    spread = draft.train_numbers.std()
    skew = float((((draft.train_numbers - draft.train_numbers.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0
    if skew > _LONG_TAIL and low >= 0 and middle > 0 and high >= 3 * middle:
        times = figure(float(f"{high / middle:.2g}"))
        yield draft.voice.say("watch_tail", target=code(draft.target.name), median=figure(float(middle)), times=times)


def _zeros(draft: Draft) -> Iterator[str]:
    if not draft.formulation.labels:
        share = float((draft.train_numbers == 0).mean())
        if share >= _MANY_ZEROS:
            yield draft.voice.say("watch_zeros", target=code(draft.target.name), share=percent(share))


def _missing(draft: Draft) -> Iterator[str]:
    holes = sorted((c for c in draft.features if c.missing >= _MUCH_MISSING), key=lambda c: -c.missing)
    if holes:
        most = ", ".join(f"{code(c.name)} ({percent(c.missing)})" for c in holes[:3])
        count = sum(c.missing > 0 for c in draft.features)
        yield draft.voice.say("watch_missing", most=most, count=count, all=len(draft.features))


def _unseen(draft: Draft) -> Iterator[str]:
    """A column of many values, some of which only the test rows have."""
    gone = draft.formulation.split.column if draft.formulation.split.rule == "group" else ""
    labelled = [c for c in draft.features if c.kind in (Kind.CATEGORY, Kind.IDENTIFIER) and c.name != gone]
    for column in [c for c in labelled if c.cardinality > _MANY_LEVELS][:_MOST_COMPARED]:
        cells = draft.cells(column.name)
        fresh = ~cells[draft.assignment.test_rows].isin(set(cells[draft.assignment.train_rows]))
        if float(fresh.mean()) >= _UNSEEN:
            share = percent(float(fresh.mean()))
            yield draft.voice.say(
                "watch_unseen", column=code(column.name), count=f"{column.cardinality:,}", share=share
            )
            return


def _wild(draft: Draft) -> Iterator[str]:
    """A number that lies far beyond all others is mostly an error."""
    found = []
    for column in [c for c in draft.features if c.high is not None and c.cardinality > _MANY_LEVELS][:_MOST_SEARCHED]:
        read = draft.profile.cells(column.name).numbers
        numbers = read[np.isfinite(read)] if read is not None else np.empty(0)
        low, high = np.percentile(numbers, [1, 99]) if len(numbers) else (0.0, 0.0)
        least, most = column.low or 0.0, column.high or 0.0
        if high > low and most > high + _FAR * (high - low):
            found.append(f"{code(column.name)} reaches {number_text(column, most)} (99 % are at most {figure(high)})")
        elif high > low and least < low - _FAR * (high - low):
            found.append(
                f"{code(column.name)} goes down to {number_text(column, least)} (99 % are at least {figure(low)})"
            )
    if found:
        yield draft.voice.say("watch_wild", columns="; ".join(found[:2]))


def _epoch(draft: Draft) -> Iterator[str]:
    """Dates at the start of Unix time, with all others years later, stand for nothing."""
    for column in draft.features:
        if column.kind is Kind.DATE and abs(float(seconds(pd.Series([column.earliest]), column).iloc[0])) <= _TWO_DAYS:
            when = seconds(draft.cells(column.name).drop_duplicates(), column).dropna()
            zero = when.abs() <= _TWO_DAYS
            if zero.any() and not zero.all() and float(when[~zero].min()) > _TEN_YEARS:
                yield draft.voice.say("watch_epoch", column=code(column.name), cell=code(column.earliest))
                return


def _spelling(draft: Draft) -> Iterator[str]:
    """Numbers with signs, and dates, have to be parsed."""
    signs = [c for c in draft.features if c.decorated]
    if signs:
        example = signs[0].examples[0] if signs[0].examples else ""
        yield draft.voice.say("watch_signs", columns=listed(c.name for c in signs[:4]), example=code(example))
    dates = [
        c for c in draft.features if c.kind is Kind.DATE and c.date_format and c.date_format[:2] not in ("IS", "%Y")
    ]
    if dates:
        forms = date_pattern(dates[0].date_format)
        yield draft.voice.say("watch_dates", columns=listed(c.name for c in dates[:4]), form=forms)


def _texts(draft: Draft) -> Iterator[str]:
    texts = [c for c in draft.features if c.kind is Kind.TEXT]
    if texts:
        cells = draft.cells(texts[0].name)[draft.assignment.train_rows]
        words = float(np.median([len(cell.split()) for cell in cells]))
        yield draft.voice.say("watch_text", column=code(texts[0].name), words=figure(words))


def _copies(draft: Draft) -> Iterator[str]:
    """Two inputs that say the same in two forms."""
    inputs = {column.name for column in draft.features}
    for relation in draft.profile.relations:
        if relation.kind in ("linear", "monotone") and {relation.column, relation.other} <= inputs:
            pair = {"left": code(relation.column), "right": code(relation.other)}
            yield draft.voice.say("watch_copies", **pair)
            return


def _near_constant(draft: Draft) -> Iterator[str]:
    narrow = [c for c in draft.features if c.cardinality > 1 and _usual_share(c, draft.profile.frame) > 0.98]
    if narrow:
        yield draft.voice.say("watch_constant", columns=listed(c.name for c in narrow[:4]))


def _usual_share(column: ColumnProfile, frame: pd.DataFrame) -> float:
    return column.levels[0][1] / max(1, len(frame)) if column.levels else 0.0


def _few(draft: Draft) -> Iterator[str]:
    if draft.train_count < _FEW_ROWS:
        yield draft.voice.say("watch_few", count=f"{draft.train_count:,}")
