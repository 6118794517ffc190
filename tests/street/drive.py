"""One run of the street in a process of its own, so that it can be killed.

LOUPE_KILL_AT=<point> python -m tests.street.drive <home>
"""

from __future__ import annotations

import sys

from pipelines.settings import Home
from tests.street.town import Children, Town

if __name__ == "__main__":
    home = Home.find(sys.argv[1])
    with Children.start(home) as children:
        outcome = Town(home, children).run()
    print(outcome.record.status, outcome.message)
    sys.exit(outcome.record.status != "published")
