"""A network of boutiques that writes realistic exports with known, labelled errors.

Nothing here knows how exports are read: it imports the standard library only.
"""

from pipelines.demo.network import Summary, write_network

__all__ = ["Summary", "write_network"]
