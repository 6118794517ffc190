"""A process that opens workbooks: `python -m pipelines.ingest.workbook_opener <end of the pipe>`.

The library that reads the values trusts what a file says of itself: a damaged .xls can ask it for
more memory than there is, which ends the process it runs in. Here that is this one, with bounded
memory, and the run goes on. It is asked for one sheet at a time, writes its cells into a file, and
keeps the last workbook open for the next sheet.
"""

from __future__ import annotations

import resource
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipelines.parent import leave_with_parent

# Some times what the largest sheet within our bounds takes.
_MEMORY = 4 << 30
# Nobody needs it any more: it is started anew for the next workbook.
_IDLE_SECONDS = 60.0
# What the run takes into its own memory: MAX_CELLS and MAX_TEXT are within it.
_MAX_BYTES = 768 << 20


# Row, column and kind of each cell that shows an error; in words, why nothing was read.
Answer = list[tuple[int, int, str]] | str


def main() -> None:
    """Serve until the pipe closes, or nothing is asked for a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    leave_with_parent()
    pipe = Connection(int(sys.argv[1]))
    opener = _Opener()
    try:
        while pipe.poll(_IDLE_SECONDS):
            pipe.send(opener.answer(*pipe.recv()))
    except (EOFError, ConnectionError):
        return


class _Opener:
    def __init__(self) -> None:
        self._path = ""
        self._book: Any = None

    def answer(self, path: str, sheet: str | None, to: str) -> Answer:
        """Writes the cells of a sheet into the file `to`; no sheet: forgets the workbook."""
        try:
            if sheet is None:
                self._forget()
                return []
            return self._read(path, sheet, Path(to))
        except BaseException as fault:  # a panic of the library is no Exception
            self._forget()
            return f"{type(fault).__name__}: {fault}"

    def _forget(self) -> None:
        self._path, self._book = "", None

    def _read(self, path: str, name: str, to: Path) -> Answer:
        import fastexcel
        import pyarrow as pa

        if path != self._path:
            self._forget()
            # By its bytes: in the archive no file has a name that says its kind.
            self._book = fastexcel.read_excel(Path(path).read_bytes())
            self._path = path
        # Row 0 of the result is row 0 of the sheet, its first column the first with a value.
        sheet = self._book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        batch, wrong = sheet.to_arrow_with_errors()
        if batch.nbytes > _MAX_BYTES:
            return "too large"
        with pa.OSFile(str(to), "wb") as file, pa.ipc.new_file(file, batch.schema) as out:
            out.write_batch(batch)
        return [(*one.position, one.detail) for one in (wrong.errors if wrong else ())]


if __name__ == "__main__":
    main()
