"""The opening of a description: what is to be done, what the table is, what the files hold, how rows were divided."""

import re

from generation.profile.restating import bare
from generation.rules.answering import constant
from generation.rules.columns_text import code, kinds
from generation.rules.draft import Draft
from generation.rules.figures import article, of_ten, percent
from generation.rules.moments import counted, first_and_last, plural, seconds, step
from generation.rules.rows import entity_word, row_of
from generation.rules.wording import display_name

_MENTIONED = 0.01
_GOALS = {"number": "goal_number", "probability": "goal_probability", "probabilities": "goal_probabilities"}


def goal(draft: Draft) -> str:
    """What is to be done, and what the split makes of it."""
    formulation, split = draft.formulation, draft.formulation.split
    labels = formulation.labels or ("", "")
    parts = [
        draft.voice.say(
            _goal_key(draft),
            target=named(draft),
            count=len(labels),
            negative=code(labels[0]),
            positive=code(labels[-1]),
            level=of_ten(draft.level),
            rest=of_ten(round(1 - draft.level, 6)),
            horizon=_horizon(draft),
        )
    ]
    if split.rule == "group":
        parts.append(draft.voice.say("after_group", column=code(split.column)))
    elif split.rule == "time" and formulation.objective != "forecasting":
        parts.append(draft.voice.say("after_time", column=code(split.column)))
    return " ".join(parts)


def _goal_key(draft: Draft) -> str:
    objective = draft.formulation.objective
    if objective in ("quantile", "forecasting"):
        return f"goal_{objective}"
    return _GOALS.get(draft.formulation.prediction, "goal_ordinal" if objective == "ordinal" else "goal_label")


def named(draft: Draft) -> str:
    """The target with its meaning, where the documentation gives one."""
    meaning = re.sub(r"\s*\(([^()]*)\)", r", \1", bare(draft.target.meaning).rstrip("?"))
    return f"{code(draft.target.name)} ({meaning})" if meaning else code(draft.target.name)


def _horizon(draft: Draft) -> str:
    """How far the test rows reach: "the last 8 weeks"."""
    split = draft.formulation.split
    if draft.formulation.horizon:
        return f"the last {draft.formulation.horizon}"
    if not split.column:
        return "the last rows"
    column, cells = draft.profile[split.column], draft.cells(split.column)
    late = cells[draft.assignment.test_rows]
    unit = step(cells, column)
    count = int(seconds(late.drop_duplicates(), column).nunique())
    return f"the last {counted(count, unit) if count > 1 else unit}" if unit else "the time that follows"


def about(draft: Draft) -> str:
    """What the table is: what a row stands for, its size, what repeats in it."""
    profile, say = draft.profile, draft.voice.say
    parts = [
        say(
            "about",
            name=display_name(profile),
            rows=f"{profile.rows:,}",
            columns=len(profile.columns),
            inputs=_inputs(draft),
        ),
        say("drawn", raw=f"{profile.raw_rows:,}") if profile.is_drawn else "",
        _row(draft),
    ]
    if profile.entities:
        entity = profile[profile.entities[0]]
        each = profile.rows / max(1, entity.cardinality)
        noun = plural(entity_word(entity.name)) if entity_word(entity.name) else f"values of {code(entity.name)}"
        of = f" ({code(entity.name)})" if entity_word(entity.name) else ""
        parts.append(say("follows", count=f"{entity.cardinality:,}", noun=noun, of=of, each=f"{each:.2g}"))
    if profile.duplicates >= _MENTIONED * profile.rows and profile.sampled == profile.rows:
        parts.append(say("repeats", share=percent(profile.duplicates / profile.rows)))
    return " ".join(part for part in parts if part)


def _inputs(draft: Draft) -> str:
    count = len(draft.features)
    if count == 1:
        return f"1 input ({kinds(draft.features)})"
    return f"{count} inputs ({kinds(draft.features)})"


def _row(draft: Draft) -> str:
    row = row_of(draft.profile)
    if not row.what:
        return draft.voice.say("row_unknown")
    return draft.voice.say("row_known" if row.known else "row_guessed", what=row.what, a=article(row.what))


def files(draft: Draft) -> dict[str, str]:
    """What each file holds, by its name."""
    say, target = draft.voice.say, code(draft.formulation.target)
    return {
        "data/train.csv": say("file_train", count=f"{draft.train_count:,}", target=target),
        "data/test.csv": say("file_test", count=f"{draft.test_count:,}", target=target),
        "data/sample_submission.csv": say("file_sample", constant=constant(draft)),
    }


def split_text(draft: Draft) -> str:
    """How the rows were divided, and what that means for a model."""
    split = draft.formulation.split
    share, column = percent(split.test), code(split.column) if split.column else ""
    if split.rule == "time":
        profile = draft.profile[split.column]
        cells = draft.cells(split.column)
        begin, end = first_and_last(cells[draft.assignment.train_rows], profile)
        first, last = first_and_last(cells[draft.assignment.test_rows], profile)
        said = draft.voice.say("split_time", column=column, begin=begin, end=end, first=first, last=last)
        entity = draft.entity
        if draft.formulation.objective == "forecasting" and entity:
            said += " " + draft.voice.say(
                "split_series", column=code(entity), count=f"{draft.profile[entity].cardinality:,}"
            )
        return said
    if split.rule == "group":
        keys = draft.cells(split.column)
        counts = [f"{keys[rows].nunique():,}" for rows in (draft.assignment.train_rows, draft.assignment.test_rows)]
        return draft.voice.say("split_group", share=share, column=column, train=counts[0], test=counts[1])
    said = draft.voice.say(f"split_{split.rule}", share=share)
    if draft.assignment.common:
        said += " " + draft.voice.say("common", share=percent(draft.assignment.common))
    return said


def id_note(draft: Draft) -> str:
    """What the id column is, and how missing values look."""
    note = draft.voice.say("id_note", id=code(draft.id_column))
    blank = any(c.missing > 0 and bool((draft.glance(c.name) == "").any()) for c in draft.features)
    return f"{note} An empty cell is a missing value." if blank else note
