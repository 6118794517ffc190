"""The one table decisions are kept in, and what makes the database itself refuse to change it."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)

TABLE = "loupe_decisions"

metadata = MetaData()

# decision_no has no hole and grows in the order of the commits: it is the one before plus one,
# and its uniqueness turns away whoever counted at the same time. A sequence of the database would
# hand out 5 and 6 and might commit 6 first; a run that read up to 6 then would never see 5.
decisions = Table(
    TABLE,
    metadata,
    Column("decision_no", Integer, primary_key=True, autoincrement=False),
    Column("decision_id", String(36), nullable=False, unique=True),
    Column("decided_at", DateTime, nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject_type", String(40), nullable=False),
    Column("subject_key", String(500), nullable=False),
    Column("store_id", String(200)),
    Column("business_date", Date),
    Column("payload", Text, nullable=False),
    Column("reason", Text),
    Column("seen_run_id", String(100), nullable=False),
    Column("sequence_no", Integer, nullable=False),
    UniqueConstraint("subject_type", "subject_key", "sequence_no", name="loupe_one_act_at_a_time"),
    Index("loupe_decisions_of_a_day", "business_date", "store_id"),
)

# SQLite's “insert or replace” deletes without asking a delete trigger, hence the third one.
_SQLITE = (
    f"create trigger if not exists {TABLE}_kept before delete on {TABLE}"
    " begin select raise(abort, 'decisions are never deleted'); end",
    f"create trigger if not exists {TABLE}_unchanged before update on {TABLE}"
    " begin select raise(abort, 'decisions are never changed'); end",
    f"create trigger if not exists {TABLE}_added before insert on {TABLE}"
    f" when exists (select 1 from {TABLE} where decision_no = new.decision_no"
    " or decision_id = new.decision_id or (subject_type = new.subject_type"
    " and subject_key = new.subject_key and sequence_no = new.sequence_no))"
    " begin select raise(abort, 'UNIQUE: decisions are never replaced'); end",
)

_POSTGRESQL = (
    f"create or replace function {TABLE}_kept() returns trigger language plpgsql as"
    " $$ begin raise exception 'decisions are never changed or deleted'; end $$",
    f"create or replace trigger {TABLE}_kept before update or delete on {TABLE}"
    f" for each row execute function {TABLE}_kept()",
    f"create or replace trigger {TABLE}_not_emptied before truncate on {TABLE}"
    f" for each statement execute function {TABLE}_kept()",
)

GUARDS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
"""What makes a database refuse changes. Elsewhere: grant insert and select only."""

for _dialect, _statements in GUARDS.items():
    for _statement in _statements:
        # DDL formats its text with %; none of ours holds one.
        event.listen(decisions, "after_create", DDL(_statement).execute_if(dialect=_dialect))
