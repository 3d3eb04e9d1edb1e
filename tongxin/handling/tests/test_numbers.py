"""A number is looked up in its index, however it is written; what else has the same figures is not looked through."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tongxin.desks.listings import Listing
from tongxin.desks.shown import shown
from tongxin.handling.lists import ASSIGN, DESK
from tongxin.proposals.lists import MINE
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import numbered_so

LARGE = ("proposals_proposal", "proposals_signature", "proposals_publiccopy", "handling_task", "handling_case", "members_member")


def _walked(sql: str, params: tuple) -> list[str]:
    """Return the large tables that a question walks through row by row."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            steps = [row[3] for row in cursor.fetchall()]
            return [step for step in steps if step.startswith("SCAN") and "USING" not in step and step.split()[1] in LARGE]
        cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows as here it would always walk through
        cursor.execute(f"EXPLAIN {sql}", params)
        return [row[0] for row in cursor.fetchall() if "Seq Scan on" in row[0] and any(table in row[0] for table in LARGE)]


def _asked(listing: Listing, words: str, part: str, account, at) -> tuple[list[str], list[str]]:
    """Return the titles found, and the tables walked through on the way to their keys."""
    asked: list[tuple[str, tuple]] = []

    def keep(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        page = shown(listing, QueryDict(f"{listing.tab_name}={part}&q={words}"), account, at=at)
    by_number = [(sql, params) for sql, params in asked if '_number" = ' in sql or 'proposal"."number" = ' in sql]
    assert by_number
    assert not [sql for sql, _params in asked if "LIKE" in sql.upper()]
    walked = [step for sql, params in by_number for step in _walked(sql, params)]
    rows = [getattr(line, "proposal", line) for line in page.lines]
    return [row.title for row in rows], walked


@pytest.mark.parametrize("words", ["1", "01", "0001", "第1号", "第 0001 号", "１", "urban"])
def test_a_number_is_found_in_its_index_on_every_desk(cast: Cast, today, words: str) -> None:
    first, second = cast.filed(today, title="关于夜间药房的建议"), cast.filed(today, title="关于修建 1 条公路的建议")
    assert (first.number, second.number) == (1, 2)
    if words == "urban":
        words = f"{first.category_label} {first.category_number:03d}"
    for listing, part, account in (
        (DESK, "received", cast.office),
        (ASSIGN, "", cast.assigner),
        (MINE, "filed", cast.bystander),
    ):
        found, walked = _asked(listing, words, part, account, today)
        assert found == ["关于夜间药房的建议"], listing.name
        assert walked == []


def test_a_number_of_another_county_is_none_of_ours(cast: Cast, today) -> None:
    filed = cast.filed(today)
    assert numbered_so([cast.county.pk], "第1号").found == (filed.pk,)
    assert numbered_so([cast.other_county.pk], "第1号").found == ()
    assert numbered_so([cast.county.pk], "13800000001") is None


def test_figures_that_are_no_number_are_looked_for_in_titles(cast: Cast, today) -> None:
    cast.filed(today, title="关于 2035 年远景的建议")
    page = shown(DESK, QueryDict("stage=received&q=2035"), cast.office, at=today)
    assert [row.title for row in Proposal.objects.filter(pk__in=[line.proposal.pk for line in page.lines])] == [
        "关于 2035 年远景的建议"
    ]
    with CaptureQueriesContext(connection):
        assert not shown(DESK, QueryDict("stage=received&q=第2035号"), cast.office, at=today).lines
