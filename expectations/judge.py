"""The judge's process: `python -m expectations.judge`.

One JSON request a line on standard input, one JSON answer a line on standard output:

    ◀ {"ready": true, "seconds": 4.6}
    ▶ {"id": 1, "border": "incoming", "batches": ["…/batches/2026…Z"], "docs": "…/docs/incoming"}
    ◀ {"id": 1, "verdict": {…}}
    ◀ {"id": 1, "docs": "…/docs/incoming"}        after the answer: nobody waits for them
    ▶ {"id": 2, "border": "outgoing", "warehouse": "…/warehouse.duckdb", "docs": null}
    ▶ not json
    ◀ {"id": null, "error": "…"}

It ends when its input ends. Whatever goes wrong with a request is told as an answer. Standard
output is kept for answers: what libraries print goes to standard error.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from expectations.checks import Check
from pipelines.parent import leave_with_parent

Answer = Callable[[dict[str, Any]], None]


def main() -> None:
    """Reads requests until the input ends."""
    leave_with_parent()
    answers = _claim_stdout()

    def answer(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message, ensure_ascii=False) + "\n")
        answers.flush()

    started = time.perf_counter()
    # No call home, and nothing but failures on standard error.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # It would load all of Spark where the extra is installed; what is judged is DuckDB's.
    sys.modules.setdefault("pyspark", None)  # type: ignore[arg-type]
    try:
        from expectations import examine  # noqa: F401
    except Exception as fault:
        answer({"id": None, "error": f"Great Expectations cannot be loaded: {_words(fault)}"})
        return
    # What the imports left behind lives as long as the process: the collector need not walk it.
    gc.freeze()
    answer({"ready": True, "seconds": round(time.perf_counter() - started, 3)})
    try:
        for line in sys.stdin:
            if line.strip():
                serve(line, answer)
    except BrokenPipeError:
        # Whoever asked is gone; so is the need to answer.
        return


def serve(line: str, answer: Answer) -> None:
    """Answers one request line: with a verdict, or with what is wrong with the request."""
    number = None
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            raise ValueError("a request is a JSON object")
        number = request.get("id")
        examination = judge(request)
        answer({"id": number, "verdict": examination.verdict.as_dict()})
    except BrokenPipeError:
        raise
    except Exception as fault:
        answer({"id": number, "error": _words(fault)})
        return
    if request.get("docs"):
        try:
            examination.write_docs(Path(request["docs"]))
            answer({"id": number, "docs": request["docs"]})
        except BrokenPipeError:
            raise
        except Exception as fault:
            answer({"id": number, "docs_error": _words(fault)})


def judge(request: dict[str, Any]) -> Any:
    """Carries one request out; returns its Examination. The file judged is let go of again."""
    from expectations.incoming import incoming_checks, lay
    from expectations.outgoing import outgoing_checks
    from pipelines.ingest.contracts import SOURCES, load_contract

    border = request.get("border")
    contract = load_contract(Path(request.get("contract") or SOURCES))
    if border == "incoming":
        batches = [Path(batch) for batch in request["batches"]]
        if not batches:
            raise ValueError("there is no batch to judge")
        with tempfile.TemporaryDirectory(prefix="loupe-judge-") as folder:
            laid = Path(folder) / "incoming.duckdb"
            given = lay(laid, contract, batches)
            return _examine(request, laid, incoming_checks(contract, given))
    if border == "outgoing":
        return _examine(request, Path(request["warehouse"]), outgoing_checks(contract))
    raise ValueError(f"there is no border called {border!r}: incoming or outgoing")


def _examine(request: dict[str, Any], file: Path, checks: Sequence[Check]) -> Any:
    from expectations.engine import Source
    from expectations.examine import examine, quiet_context

    source = Source(
        file,
        memory_limit=request.get("memory_limit") or "1GB",
        threads=int(request.get("threads") or 2),
    )
    context = quiet_context()
    try:
        return examine(request["border"], checks, source.open(context), context)
    finally:
        source.close()


def _claim_stdout() -> TextIO:
    """A private handle on standard output; anything else written there goes to standard error."""
    private = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return private


def _words(fault: BaseException) -> str:
    lines = str(fault).strip().splitlines()
    return f"{type(fault).__name__}: {lines[0] if lines else 'no message'}"


if __name__ == "__main__":
    main()
