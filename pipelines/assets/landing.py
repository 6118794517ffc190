"""Where exports arrive, and what they become in the lake: one asset a dataset."""

from collections.abc import Iterator

import dagster as dg

from pipelines.build.street import Blocked, Street
from pipelines.ingest.contracts import load_contract

LANDING = dg.AssetKey("landing")
INCOMING_CHECK = "promises"

landing = dg.AssetSpec(
    LANDING, group_name="landing", description="Exports exactly as received, in any folder below."
)


def raw_key(dataset: str) -> dg.AssetKey:
    """Where a dataset stands in the asset graph; its address in the warehouse too."""
    return dg.AssetKey(["raw", dataset])


_DATASETS = load_contract().datasets
_SPECS = [
    dg.AssetSpec(raw_key(name), deps=[LANDING], group_name="raw", description=dataset.description)
    for name, dataset in _DATASETS.items()
]
_CHECKS = [
    dg.AssetCheckSpec(
        INCOMING_CHECK,
        asset=raw_key(name),
        blocking=True,
        description="Every incoming promise of the contract, judged by Great Expectations.",
    )
    for name in _DATASETS
]


@dg.multi_asset(
    name="take_in", specs=_SPECS, check_specs=_CHECKS, required_resource_keys={"street"}
)
def raw(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Landing → lake, as one atomic batch, and border 1 over it."""
    street: Street = context.resources.street
    batch = street.take_in()
    for name in _DATASETS:
        yield dg.MaterializeResult(
            asset_key=raw_key(name),
            metadata={
                "batch": batch.batch_id or "none",
                "dagster/row_count": batch.rows.get(name, 0),
            },
        )
    blocked: Blocked | None = None
    try:
        verdict = street.judge_incoming().results
    except Blocked as fault:
        blocked, verdict = fault, [c for c in street.checks if c.border == "incoming"]
    for name in _DATASETS:
        mine = [c for c in verdict if c.subject == name]
        failed = [c for c in mine if not c.passed]
        yield dg.AssetCheckResult(
            asset_key=raw_key(name),
            check_name=INCOMING_CHECK,
            passed=not failed,
            severity=_severity(failed),
            metadata={"judged": len(mine), "failed": [c.rule for c in failed]},
        )
    if blocked:
        raise blocked


def _severity(failed: list) -> dg.AssetCheckSeverity:
    blocks = any(c.severity == "block" for c in failed)
    return dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN
