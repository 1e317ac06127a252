"""The order of rows must carry no signal: neighbours in the file are no more alike than others."""

import numpy as np

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.signal import order_skill

LIMIT = 0.02  # as for ids: without an order the neighbours' skill lies below 0


@check(
    "data.order_signal",
    layer="data",
    needs=[Part.PREPARED],
    protects="an agent that learns from the sorting of test.csv or of the sample submission",
)
def order_signal(evidence: Evidence) -> Finding:
    tables = evidence.tables
    if tables.card.task.split.rule == "time":
        return Finding.needless("rows are in the order of time, which is public")
    place = {identity: position for position, identity in enumerate(tables.sample[tables.id])}
    orders = {
        "test.csv": np.arange(len(tables.test), dtype=np.float64),
        "sample_submission.csv": np.array([place[identity] for identity in tables.test[tables.id]], dtype=np.float64),
    }
    skills = {name: order_skill(order, tables.y_test) for name, order in orders.items()}
    name, worst = max(skills.items(), key=lambda item: (item[1].real, item[1].value))
    figure = worst.value if worst.real else min(worst.value, LIMIT)
    return Finding.at_most(figure, LIMIT, where=name, evidence=f"skill of neighbouring rows {worst.value:.3f}")
