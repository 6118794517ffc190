"""A boutique's coordinator at a telephone, in a real browser: BOC-1, 7, 10, 12, 13; and OPS-12."""

from __future__ import annotations

import re

import pytest

from dashboards.parts.my_day import HANDFUL
from tests.browser.published_my_day import OVERDUE
from tests.browser.walker import Walker

pytestmark = pytest.mark.browser


def test_the_day_is_answered_on_a_telephone(walker: Walker) -> None:
    page = walker.fresh(390, 844)
    walker.go("/my_day?stores=US03")
    assert walker.overflow() <= 0
    answer = page.locator('[data-lp="answer"]')
    assert "in Oak Street on" in answer.inner_text()
    box = answer.bounding_box()
    assert box and box["y"] + box["height"] < 844, "the answer stands on the first screen"
    titles = page.locator(".day h3").all_inner_texts()
    assert titles[0] == "Opening checks" and titles[-1] == "Paperwork by 20:00"
    late = page.locator(".day li", has_text="TR-LATE").inner_text()
    assert "overdue" in late and "partly received, 1 of 3 still on the way" in late


def test_a_count_leads_to_its_sheet(walker: Walker) -> None:
    page = walker.fresh(390, 844)
    walker.go("/my_day?stores=US03")
    page.locator(".day").get_by_role("link", name=OVERDUE).click()
    page.wait_for_url("**/count_sheet?**")
    walker.stand()
    assert OVERDUE in walker.text(".sheet")


def test_who_has_several_boutiques_chooses_one(walker: Walker) -> None:
    page = walker.fresh(390, 844)
    walker.go("/my_day")
    assert walker.overflow() <= 0
    assert "Which boutique is yours?" in walker.text('[data-lp="answer"]')
    page.locator("ul.rows").get_by_role("link", name="Rodeo Drive").click()
    page.wait_for_url("**/my_day?stores=US02**")
    walker.stand()
    memo = page.locator(".day li", has_text="MEMO-1")
    assert "overdue; no signed memo" in memo.inner_text()
    assert "C-77" not in page.locator(".stMain").inner_text()


def test_the_day_prints_on_one_page(walker: Walker) -> None:
    page = walker.go("/my_day?stores=US02")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_a_full_day_prints_on_one_page(walker: Walker) -> None:
    """Every section as full as it can be, with items as long as ours."""
    page = walker.go("/my_day?stores=US03")
    page.evaluate(
        """handful => {
            const item = document.querySelector('.day li').outerHTML;
            for (const section of document.querySelectorAll('.day section')) {
                section.querySelector('ul')?.remove();
                section.insertAdjacentHTML('beforeend',
                    '<ul class="rows">' + item.repeat(handful) + '</ul>');
            }
        }""",
        HANDFUL,
    )
    assert page.locator(".day li").count() == 9 * HANDFUL
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_a_new_boutique_stands_on_monday(walker: Walker) -> None:
    page = walker.go("/monday")
    row = page.locator("table", has_text="First stock file").locator("tbody tr").first
    said = row.inner_text()
    assert "Aspen" in said and "first count" in said and "missing" in said
    row.get_by_role("link").first.click()
    page.wait_for_url("**/explain?**")
    walker.stand()
    assert "sales_lines_US06_" in page.locator(".stMain").inner_text()
