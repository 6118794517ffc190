"""Messages to people, through Apprise (mail, Teams, Slack, … by address)."""

from __future__ import annotations

from pipelines.settings import Settings


def send(settings: Settings, title: str, text: str) -> bool:
    """Tell everybody in `settings.notify`; true when every address took the message."""
    if not settings.notify:
        return True
    from apprise import Apprise

    told = Apprise()
    known = [told.add(address) for address in settings.notify]
    return bool(told.notify(title=title, body=text)) and all(known)
