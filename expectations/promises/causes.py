"""Why counts disagree with the book, and what is lost: one cause a line, pairs, sums that meet."""

from __future__ import annotations

from expectations.checks import Check
from expectations.promises.roads import roads_that_differ

OUTCOMES = (
    *("missing", "missing_explained", "unexpected", "mislocated", "wrong_store"),
    *("in_transit_found", "sold_still_present", "repair_found", "consignment_found"),
    *("client_property", "unknown_serial", "duplicate_scan", "quantity_over", "quantity_short"),
)
ROOT_CAUSES = (
    *("true_loss", "serial_swap", "item_swap", "misdirected_transfer", "unreceived_transfer"),
    *("unposted_receipt", "unposted_sale", "unposted_return", "double_scan", "timing"),
    *("open_repair", "open_consignment", "client_owned", "not_counted", "unknown"),
)
CONFIDENCES = ("proved", "likely", "unknown")
LOSS_KINDS = ("known", "explained", "unknown")
STATUSES = ("open", "resolved", "gone", "counted_again")

_DISCREPANCIES = "inventory.stock_discrepancies"
_ONE = "select discrepancy_id, store_id, count_id, outcome, root_cause, status"

PROMISES = [
    Check(
        rule="discrepancies.words",
        subject=_DISCREPANCIES,
        words="Outcome, causes, confidence, kind and status of a discrepancy are of the lists.",
        broken_by=f"""
            {_ONE}, confidence, effective_cause, cause_from, loss_kind from {_DISCREPANCIES}
            where outcome not in {OUTCOMES} or root_cause not in {ROOT_CAUSES}
                or confidence not in {CONFIDENCES} or status not in {STATUSES}
                or outcome is null or root_cause is null or confidence is null or status is null
                or effective_cause not in {ROOT_CAUSES} or cause_from not in ('rule', 'person')
                or loss_kind not in {LOSS_KINDS}
                or effective_cause is null or cause_from is null or loss_kind is null
        """,
    ),
    Check(
        rule="discrepancies.variance",
        subject=_DISCREPANCIES,
        words="A difference is counted less book, and nothing where nobody counted.",
        broken_by=f"""
            {_ONE}, book_units, counted_units, variance_units from {_DISCREPANCIES}
            where variance_units is distinct from coalesce(counted_units - book_units, 0)
        """,
    ),
    Check(
        rule="discrepancies.all_lines_off",
        subject=_DISCREPANCIES,
        words="Every line of a count that is off is one discrepancy, with its whole difference.",
        broken_by=roads_that_differ(
            f"""
            select count_id, sum(variance_units) as units, sum(abs(variance_units)) as units_off,
                sum(variance_cost) as cost
            from {_DISCREPANCIES} group by count_id
            """,
            """
            select count_id, sum(variance_units) as units, sum(abs(variance_units)) as units_off,
                sum(variance_cost) as cost
            from inventory.count_lines where is_counted group by count_id
            """,
            on=("count_id",),
            measures=("units", "units_off", "cost"),
        ),
    ),
    Check(
        rule="discrepancies.pairs_point_back",
        subject=_DISCREPANCIES,
        words="Both sides of a pair point at each other and have one cause.",
        broken_by=f"""
            select one.discrepancy_id, one.paired_discrepancy_id, one.root_cause,
                other.paired_discrepancy_id as points_at, other.root_cause as other_cause
            from {_DISCREPANCIES} as one
            left join {_DISCREPANCIES} as other
                on one.paired_discrepancy_id = other.discrepancy_id
            where one.paired_discrepancy_id is not null
                and (
                    other.paired_discrepancy_id is distinct from one.discrepancy_id
                    or other.root_cause is distinct from one.root_cause
                )
        """,
    ),
    Check(
        rule="discrepancies.one_line_stands",
        subject=_DISCREPANCIES,
        words="Of a finding that several counts saw, one line stands: the newest.",
        broken_by=f"""
            select finding_id, count(*) as lines
            from {_DISCREPANCIES} group by finding_id
            having sum(case when status = 'counted_again' then 0 else 1 end) <> 1
        """,
    ),
    Check(
        rule="discrepancies.evidence_given",
        subject=_DISCREPANCIES,
        words="What decided about a discrepancy is among its evidence, and only that is decisive.",
        broken_by=f"""
            select one.discrepancy_id, one.rule_id, min(evidence.rule_id) as decisive_rule
            from {_DISCREPANCIES} as one
            left join inventory.discrepancy_evidence as evidence
                on one.discrepancy_id = evidence.discrepancy_id and evidence.is_decisive
            group by one.discrepancy_id, one.rule_id
            having min(evidence.rule_id) is distinct from one.rule_id
                or max(evidence.rule_id) is distinct from one.rule_id
        """,
    ),
    Check(
        rule="discrepancies.verdicts_reach",
        subject=_DISCREPANCIES,
        words="The cause a person gave counts over all counts of a finding, else the proposed one.",
        broken_by=f"""
            with said as (
                select found.finding_id, count(*) as verdicts,
                    max(
                        case
                            when reviews.verdict = 'accepted'
                                then coalesce(reviews.root_cause, reviews.proposed_cause)
                            when reviews.verdict = 'rejected'
                                then coalesce(reviews.root_cause, 'unknown')
                        end
                    ) as given
                from inventory.discrepancy_reviews as reviews
                inner join {_DISCREPANCIES} as found using (discrepancy_id)
                where reviews.is_standing
                group by found.finding_id
            )
            select one.discrepancy_id, one.root_cause, one.effective_cause, one.cause_from,
                said.given
            from {_DISCREPANCIES} as one
            left join said using (finding_id)
            where one.cause_from = 'person' and said.given is null
                or one.cause_from = 'rule' and one.effective_cause <> one.root_cause
                or said.verdicts = 1 and said.given is not null
                    and (one.cause_from <> 'person' or one.effective_cause <> said.given)
        """,
    ),
    Check(
        rule="discrepancies.kind_earned",
        subject=_DISCREPANCIES,
        words="A loss is known or explained only by a cause that is accepted, or proved alone.",
        broken_by=f"""
            {_ONE}, confidence, effective_cause, cause_from, loss_kind from {_DISCREPANCIES}
            where loss_kind <> 'unknown' and cause_from = 'rule'
                    and (confidence <> 'proved' or paired_discrepancy_id is not null)
                or loss_kind <> 'unknown' and effective_cause in ('unknown', 'not_counted')
                or (loss_kind = 'known') and effective_cause <> 'true_loss'
                or (loss_kind = 'explained') and effective_cause = 'true_loss'
                or loss_kind = 'unknown' and cause_from = 'person'
                    and effective_cause not in ('unknown', 'not_counted')
        """,
    ),
    Check(
        rule="shrinkage.parts",
        subject="inventory.shrinkage",
        words="The gross difference is explained, known and unknown; shrink is the last two.",
        broken_by="""
            select shrinkage_id, gross_cost, explained_cost, known_cost, unknown_cost, shrink_cost
            from inventory.shrinkage
            where gross_cost <> explained_cost + known_cost + unknown_cost
                or gross_retail <> explained_retail + known_retail + unknown_retail
                or shrink_cost <> known_cost + unknown_cost
                or shrink_retail <> known_retail + unknown_retail
        """,
    ),
    Check(
        rule="shrinkage.unknown_of_findings",
        subject="inventory.shrinkage",
        words="Unknown loss is what findings lack whose cause nobody knows or accepted, each once.",
        broken_by=roads_that_differ(
            """
            select store_id, sum(unknown_cost) as cost, sum(unknown_retail) as retail
            from inventory.shrinkage group by store_id
            """,
            f"""
            select store_id, -sum(variance_cost) as cost, -sum(variance_retail) as retail
            from {_DISCREPANCIES}
            where loss_kind = 'unknown' and status in ('open', 'resolved')
            group by store_id
            """,
            on=("store_id",),
            measures=("cost", "retail"),
        ),
    ),
    Check(
        rule="shrinkage.explained_of_findings",
        subject="inventory.shrinkage",
        words="What is explained is what findings with an accepted or proved cause lack.",
        broken_by=roads_that_differ(
            """
            select store_id, sum(explained_cost) as cost, sum(explained_retail) as retail
            from inventory.shrinkage group by store_id
            """,
            f"""
            select store_id, -sum(variance_cost) as cost, -sum(variance_retail) as retail
            from {_DISCREPANCIES}
            where loss_kind = 'explained' and status in ('open', 'resolved')
            group by store_id
            """,
            on=("store_id",),
            measures=("cost", "retail"),
        ),
    ),
    Check(
        rule="shrinkage_waterfall.adds_up",
        subject="inventory.shrinkage_waterfall",
        words="The steps of a waterfall lead exactly from gross difference to unknown loss.",
        broken_by="""
            select store_id, retail_year, retail_period,
                sum(case when kind <> 'unknown' then step_cost end) as led_to,
                sum(case when kind = 'unknown' then step_cost end) as unknown_cost
            from inventory.shrinkage_waterfall
            group by store_id, retail_year, retail_period
            having sum(case when kind = 'unknown' then step_cost else -step_cost end) <> 0
                or sum(case when kind = 'unknown' then step_retail else -step_retail end) <> 0
                or sum(case when kind = 'unknown' then step_units else -step_units end) <> 0
        """,
    ),
    Check(
        rule="shrinkage_waterfall.of_shrinkage",
        subject="inventory.shrinkage_waterfall",
        words="Waterfall and shrinkage have the same gross difference and unknown loss.",
        broken_by=roads_that_differ(
            """
            select store_id, retail_year, retail_period,
                sum(case when kind = 'gross' then step_cost end) as gross,
                sum(case when kind = 'unknown' then step_cost end) as unknown
            from inventory.shrinkage_waterfall group by store_id, retail_year, retail_period
            """,
            """
            select store_id, retail_year, retail_period, gross_cost as gross,
                unknown_cost as unknown
            from inventory.shrinkage
            """,
            on=("store_id", "retail_year", "retail_period"),
            measures=("gross", "unknown"),
        ),
    ),
]
