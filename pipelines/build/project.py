"""The dbt project as a text: which one it is, and what dbt made of it.

dbt writes its own `manifest.json` in place, at the end of every parse and of builds by hand, and
any number of processes may do so at once (a run, Dagster's code server, a rebuild). A reader met
half of one on 2026-11-22. What Loupe reads is therefore a file of its own, which appears complete
and whose name says of which project it tells.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from pipelines.settings import DBT_PROJECT, Home, Settings

_MANIFEST = "loupe_manifest_"


def fingerprint(project: Path = DBT_PROJECT) -> str:
    """Which project built a warehouse; a changed model, seed or contract builds it afresh."""
    digest = hashlib.sha256()
    for folder in ("models", "macros", "seeds"):
        for path in sorted((project / folder).rglob("*")):
            if path.suffix in {".sql", ".yml", ".csv"}:
                digest.update(path.relative_to(project).as_posix().encode())
                digest.update(path.read_bytes())
    digest.update((project / "dbt_project.yml").read_bytes())
    return digest.hexdigest()


def target_folder(home: Home, settings: Settings) -> Path:
    """Where dbt keeps its parse cache and manifest for this home; each engine parses anew."""
    return home.warehouse_dir / f"dbt_target_{settings.engine}"


def known_manifest(target: Path) -> dict[str, Any] | None:
    """dbt's manifest of the project as it is now; None when it was not parsed since it changed."""
    try:
        return json.loads(_manifest_file(target, fingerprint()).read_text("utf-8"))
    except FileNotFoundError:
        return None


def keep_manifest(target: Path, project: str, manifest: Any) -> None:
    """Keep what dbt parsed of the project with the fingerprint `project`, and nothing older.

    `manifest` is dbt's own object. A project that was edited while dbt read it is not kept: nobody
    can say which of the two it is.
    """
    file = _manifest_file(target, project)
    if file.exists() or fingerprint() != project:
        return
    draft = file.with_suffix(f".{os.getpid()}")
    manifest.write(str(draft))
    for older in target.glob(f"{_MANIFEST}*.json"):
        older.unlink(missing_ok=True)
    draft.replace(file)


def _manifest_file(target: Path, project: str) -> Path:
    return target / f"{_MANIFEST}{project[:16]}.json"
