"""Border 2 and the published figures: nothing is published that a blocking check forbids."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.assets.warehouse import model_key
from pipelines.build import catalog
from pipelines.build.street import Street

PUBLISHED = dg.AssetKey("published")
OUTGOING_CHECK = "promises"


def build_published_asset(manifest: dict[str, Any]) -> dg.AssetsDefinition:
    """The asset people read: it stands on every published mart and on border 2."""
    marts = [model_key(node) for node in catalog.published_models(manifest).values()]

    @dg.multi_asset(
        name="publish",
        specs=[
            dg.AssetSpec(
                PUBLISHED,
                deps=marts,
                group_name="published",
                description="One read-only DuckDB file a good run, and the pointer to the newest.",
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                OUTGOING_CHECK,
                asset=PUBLISHED,
                description="Every promise on the marts, judged by Great Expectations.",
            )
        ],
        required_resource_keys={"street"},
    )
    def published(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Judge the marts, then publish them."""
        street: Street = context.resources.street
        verdict = street.judge_outgoing()
        folder = street.publish()
        street.end()
        warned = [c.rule for c in verdict.results if not c.passed]
        yield dg.MaterializeResult(asset_key=PUBLISHED, metadata={"run": folder.name})
        yield dg.AssetCheckResult(
            asset_key=PUBLISHED,
            check_name=OUTGOING_CHECK,
            passed=not warned,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"judged": verdict.evaluated, "warned": warned},
        )

    return published
