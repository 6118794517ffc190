"""The few settings of `<home>/loupe.toml` that pages need; a variable of the environment wins.

What they mean is said where the file is described: `pipelines/settings.py`.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

DECISIONS_FILE = Path("decisions") / "decisions.sqlite"
"""Where decisions are kept below a home, unless `decisions_url` says otherwise."""

VARIABLES = {
    "decisions_url": "LOUPE_DECISIONS_URL",
    "user_header": "LOUPE_USER_HEADER",
}


class KnobError(Exception):
    """`loupe.toml` cannot be read; the message names it and says why."""


def knob(home: Path, name: str) -> str | None:
    """The setting `name`, one of VARIABLES; None where nobody set it. Raises KnobError."""
    named = os.environ.get(VARIABLES[name])
    if named:
        return named
    path = home / "loupe.toml"
    try:
        value = tomllib.loads(path.read_text("utf-8")).get(name)
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise KnobError(f"{path} cannot be read as TOML: {fault}") from fault
    if value is not None and not isinstance(value, str):
        raise KnobError(f"{path}, key {name}: a text is expected, not {value!r}.")
    return value or None
