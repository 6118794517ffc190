"""Attention of a store: every reason is said, weighed, and added up."""

from __future__ import annotations

from expectations.checks import Check

PROMISES = [
    Check(
        rule="store_attention.adds_up",
        subject="inventory.store_attention",
        words="The points of a store are those of its reasons, and its first reason weighs most.",
        broken_by="""
            select a.store_id, max(a.store_points) as store_points, sum(a.points) as points
            from inventory.store_attention as a
            group by a.store_id
            having sum(a.points) <> max(a.store_points)
                or max(a.points) <> max(case when a.reason_no = 1 then a.points end)
        """,
    ),
    Check(
        rule="store_attention.says_why",
        subject="inventory.store_attention",
        words="Every reason is said in words, with its figures in their places.",
        broken_by="""
            select attention_id, reason from inventory.store_attention
            where coalesce(reason, '') = '' or reason like '%<%'
        """,
    ),
]
