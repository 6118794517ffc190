"""What we were promised and what we promise, and whether it holds.

    batches of the lake ──▶ incoming.py ─┐
                                         ├─▶ examine.py (Great Expectations on DuckDB) ──▶ Verdict
    the finished marts  ──▶ outgoing.py ─┘

Everything here is plain data except `engine.py` and `examine.py`, which import Great Expectations
(seconds and hundreds of megabytes): only the judge's own process loads them. The pipeline talks to
that process through `client.py` and never imports the library.
"""
