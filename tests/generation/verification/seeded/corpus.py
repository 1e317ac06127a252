"""All seeded faults. One is added in the file of its layer; here are the lists that the tests and the matrix run."""

from generation.verification.findings import Layer
from generation.verification.registry import catalogue
from tests.generation.verification.seeded.cheats import CHEATS
from tests.generation.verification.seeded.description import DESCRIPTION
from tests.generation.verification.seeded.execution import EXECUTION
from tests.generation.verification.seeded.fault import Fault
from tests.generation.verification.seeded.grading import GRADING
from tests.generation.verification.seeded.leaks import LEAKS
from tests.generation.verification.seeded.novelty import NOVELTY
from tests.generation.verification.seeded.splits import SPLITS
from tests.generation.verification.seeded.structure import STRUCTURE
from tests.generation.verification.seeded.tables import TABLES

FAULTS: tuple[Fault, ...] = (
    *STRUCTURE,
    *DESCRIPTION,
    *TABLES,
    *LEAKS,
    *CHEATS,
    *SPLITS,
    *GRADING,
    *EXECUTION,
    *NOVELTY,
)
CHECKS = {check.id: check for check in catalogue()}

EXECUTED = tuple(fault for fault in FAULTS if fault.executed)
IN_TEXTS = tuple(fault for fault in FAULTS if CHECKS[fault.caught_by].layer is Layer.STRUCTURE)
COMPARED = NOVELTY
IN_TABLES = tuple(fault for fault in FAULTS if fault not in (*EXECUTED, *IN_TEXTS, *COMPARED))
