"""What dbt complains of stands in the worker's log, without secrets; its other talk does not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipelines.build.dbt_worker import _complain


def _event(level: str, text: str) -> SimpleNamespace:
    return SimpleNamespace(info=SimpleNamespace(level=level, msg=text))


@pytest.mark.parametrize("level", ["warn", "error"])
def test_a_complaint_is_left_in_the_log(level: str, capfd: pytest.CaptureFixture[str]) -> None:
    _complain(_event(level, "no such column: net_amout"))
    assert capfd.readouterr() == ("", "no such column: net_amout\n")


@pytest.mark.parametrize("level", ["debug", "info"])
def test_other_talk_is_not(level: str, capfd: pytest.CaptureFixture[str]) -> None:
    _complain(_event(level, "select 1"))
    assert capfd.readouterr() == ("", "")


def test_no_secret_is_left_there(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_TOKEN", "hush-hush")
    _complain(_event("error", "could not log in with hush-hush"))
    assert capfd.readouterr().err == "could not log in with *****\n"
