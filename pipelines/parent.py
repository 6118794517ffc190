"""A child process does not outlive the run that started it.

A run that is killed cannot end its children. One that went on building would hold the warehouse
file against the next run.
"""

from __future__ import annotations

import os
import threading
import time

_LOOK_SECONDS = 0.2


def leave_with_parent() -> None:
    """End this process as soon as the one that started it is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
