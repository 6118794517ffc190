"""dbt in a process of its own, started early: its imports and parsing overlap the reading.

    python -m pipelines.build.dbt_worker

Parses at once and says `{"parsed": true}`. Then reads one JSON request a line from stdin
(`{"environment": {…}, "full_refresh": false}`) and answers in JSON lines on stdout: one
`{"node": …}` as each model or test ends, then one `{"done": …}`. Started with the environment
`dbt.py` gives it; leaves when its stdin closes.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from pipelines.build.project import fingerprint, keep_manifest
from pipelines.parent import leave_with_parent


def main() -> None:
    """Parse at once, then serve requests until stdin closes."""
    leave_with_parent()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever dbt prints is log, not answer
    project = fingerprint()
    from dbt.cli.main import dbtRunner

    parsed = dbtRunner(callbacks=[_complain]).invoke(["parse", *_options()])
    if not parsed.success:
        _say(
            answers,
            {"done": {"success": False, "error": str(parsed.exception or "dbt parse failed")}},
        )
        return
    keep_manifest(Path(os.environ["DBT_TARGET_PATH"]), project, parsed.result)
    _say(answers, {"parsed": True})
    for line in sys.stdin:
        request = json.loads(line)
        os.environ.update(request["environment"])
        _build(answers, parsed.result, request["full_refresh"])


def _build(answers: TextIO, manifest: Any, full_refresh: bool) -> None:
    from dbt.cli.main import dbtRunner

    def tell(event: Any) -> None:
        if event.info.name in {"LogModelResult", "LogTestResult", "LogSeedResult"}:
            info = event.data.node_info
            _say(answers, {"node": {"id": info.unique_id, "status": str(event.data.status)}})

    # Nobody reads the files dbt would leave about a build: what came of it is answered below.
    arguments = ["build", *_options(), "--no-write-json", "--exclude-resource-type", "unit_test"]
    if full_refresh:
        arguments.append("--full-refresh")
    result = dbtRunner(manifest=manifest, callbacks=[tell, _complain]).invoke(arguments)
    _let_go()
    nodes = [_node(r) for r in getattr(result.result, "results", None) or []]
    error = None if result.exception is None else str(result.exception)
    _say(answers, {"done": {"success": result.success, "error": error, "nodes": nodes}})


def _complain(event: Any) -> None:
    """Leave dbt's warnings and errors in the log, which is all of it that anybody reads.

    dbt's own loggers word every event before they look at its level, and look for secrets in each
    of nine thousand lines a build: a seventh of its time.
    """
    if event.info.level in {"warn", "error"}:
        from dbt_common.events.functions import env_scrubber

        print(env_scrubber(event.info.msg), file=sys.stderr, flush=True)


def _let_go() -> None:
    """dbt-duckdb keeps the file open for the next invocation of its process; others wait for it."""
    if "dbt.adapters.duckdb.connections" not in sys.modules:
        return
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()


def _node(result: Any) -> dict[str, Any]:
    return {
        "id": result.node.unique_id,
        "status": str(result.status),
        "seconds": result.execution_time,
        "failures": result.failures,
        "message": result.message,
    }


def _options() -> list[str]:
    return [
        *("--target", os.environ.get("LOUPE_TARGET", "duckdb")),
        "--no-use-colors",
        *("--log-level", "none"),
        *("--log-level-file", "none"),
        "--no-send-anonymous-usage-stats",
        "--no-version-check",
    ]


def _say(answers: TextIO, answer: dict[str, Any]) -> None:
    print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
