"""`python -m tests.attacks [--write]`: run every attack in each provider that works, and print the table.

With `--write` the table becomes docs/attacks.md, too.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from harness.errors import MachineError
from harness.sandboxes.container.making import make_image
from harness.sandboxes.selection import choose
from tests.attacks.corpus import Attack
from tests.attacks.exhausting import EXHAUSTING
from tests.attacks.reaching import REACHING
from tests.attacks.reading import READING
from tests.attacks.stage import Round, run
from tests.attacks.staying import STAYING
from tests.attacks.submitting import SUBMITTING

PAGE = Path(__file__).parents[2] / "docs" / "attacks.md"
GROUPS: dict[str, Sequence[Attack]] = {
    "Read what is not theirs": READING,
    "Reach out": REACHING,
    "Submit something crafted": SUBMITTING,
    "Take more than they may": EXHAUSTING,
    "Stay behind, break out, poison what comes next": STAYING,
}
HEAD = """# Hostile agents

Each of these agents runs as a user's own would, through an Inspect eval, in each provider, followed by an honest agent.
None gained anything: no score better than the honest constant; each ended within its limit and five seconds; the honest
agent after it wrote the same bytes as before all of them. This page is written by `python -m tests.attacks --write`.
"""


def rounds() -> dict[str, Round]:
    """What came of the attacks in each provider that works here."""
    found = {}
    for provider in ("bubble", "container"):
        try:
            if provider == "container":
                make_image()
            choose(provider)
        except MachineError as error:
            sys.stderr.write(f"{provider}: {error}\n")
            continue
        found[provider] = run(provider)
    return found


def page(found: dict[str, Round]) -> str:
    """The table as Markdown: the attack, what it tried, what it met in each provider."""
    lines = [HEAD]
    walls = {name: {v.attack.name: v.wall(one.honest) for v in one.verdicts} for name, one in found.items()}
    for title, attacks in GROUPS.items():
        lines += [
            f"## {title}",
            "",
            f"| attack | what it tries | {' | '.join(found)} |",
            "|---" * (2 + len(found)) + "|",
        ]
        for attack in attacks:
            cells = [walls[name][attack.name].replace("|", "\\|") for name in found]
            lines.append(f"| {attack.name} | {attack.tries} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    text = page(rounds())
    sys.stdout.write(text)
    if "--write" in sys.argv:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
