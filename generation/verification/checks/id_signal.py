"""Ids must carry no signal: whoever sees only the id does no better than the constant."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.signal import order_skill, sort_key, transfer_skill

LIMIT = 0.02  # neighbours in an order without meaning do worse than the constant, so their skill lies below 0


@check(
    "data.id_signal",
    layer="data",
    needs=[Part.PREPARED],
    protects="an agent that reads the answer off the id",
)
def id_signal(evidence: Evidence) -> Finding:
    tables = evidence.tables
    if tables.card.task.split.rule == "time":
        return Finding.needless("rows are in the order of time, which is public")
    train, test = tables.train[tables.id], tables.test[tables.id]
    transfer = transfer_skill(sort_key(train), tables.y_train, sort_key(test), tables.y_test)
    order = order_skill(sort_key(test), tables.y_test)
    worst = max(transfer, order, key=lambda skill: (skill.real, skill.value))
    figure = worst.value if worst.real else min(worst.value, LIMIT)
    return Finding.at_most(
        figure,
        LIMIT,
        where=f"test.csv:{tables.id}",
        evidence=f"skill by the ids of train {transfer.value:.3f}, among those of test {order.value:.3f}",
    )
