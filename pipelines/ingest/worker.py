"""A reading process: `python -m pipelines.ingest.worker <descriptor of its end of the pipe>`.

Reads a Setup and then Tasks from the pipe, and answers each with an Answer, or with the trace of
what went wrong as text. Leaves when the pipe closes, and when the run that started it is gone.
"""

from __future__ import annotations

import signal
import sys
import traceback
from multiprocessing.connection import Connection

from pipelines.parent import leave_with_parent


def main() -> None:
    """Serve until the pipe closes."""
    # Ctrl-C reaches the whole group; the run decides, and ends its processes itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leave_with_parent()
    pipe = Connection(int(sys.argv[1]))
    try:
        serve(pipe)
    except (EOFError, ConnectionError):
        return


def serve(pipe: Connection) -> None:
    """Answer each task. Raises EOFError or ConnectionError when the run is gone."""
    from pipelines.ingest.tasks import TaskReader

    reader = TaskReader(pipe.recv())
    while True:
        task = pipe.recv()
        try:
            answer = reader.read(task)
        except Exception:
            pipe.send(traceback.format_exc())
        else:
            pipe.send(answer)


if __name__ == "__main__":
    main()
