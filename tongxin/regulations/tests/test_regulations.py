"""Local rules: dated, inherited, typed, with a reference, never changed once adopted."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.cast import Cast, moment
from tongxin.audit.models import Event
from tongxin.handling.regulations import Deadlines, ReplyCategories, Rework
from tongxin.regulations import actions, queries
from tongxin.regulations.models import AdoptedError, Regulation
from tongxin.regulations.queries import MissingRegulationError, in_force, look_up
from tongxin.regulations.schema import SchemaError, build

TODAY = date(2026, 3, 2)
REFERENCE = {"title": "政协云溪县委员会提案办理协商办法（修订）", "article": "第十二条"}


def test_the_nearest_committee_that_says_something_wins(cast: Cast) -> None:
    found = look_up(cast.county, Deadlines, TODAY)
    assert (found.values.return_working_days, found.sources["return_working_days"].committee) == (5, cast.county)
    assert (found.values.reply_months, found.sources["reply_months"].committee) == (3, None)
    # the city's
    assert [c.code for c in in_force(cast.county, ReplyCategories, TODAY).categories] == ["A", "B", "C", "D"]
    assert [c.code for c in in_force(cast.other_county, ReplyCategories, TODAY).categories] == ["A", "B", "C"]
    assert in_force(cast.other_county, Rework, TODAY).sent_back_when == "majority"


def test_a_new_version_is_in_force_from_its_day_and_the_old_one_before(cast: Cast) -> None:
    actions.adopt(
        cast.county,
        "handling.deadlines",
        effective_from=date(2026, 7, 1),
        body={"reply_months": 2, "return_working_days": 5},
        reference=REFERENCE,
        actor=cast.office,
        at=moment("2026-06-01"),
    )
    assert in_force(cast.county, Deadlines, date(2026, 6, 30)).reply_months == 3
    assert in_force(cast.county, Deadlines, date(2026, 7, 1)).reply_months == 2
    assert look_up(cast.county, Deadlines, date(2026, 7, 1)).version.startswith("YX:handling.deadlines:2026-07-01")
    assert in_force(cast.other_county, Deadlines, date(2026, 7, 1)).reply_months == 3
    assert Event.objects.filter(kind="regulations.adopt", committee_code="YX").count() == 4


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        ("handling.deadlines", {"reply_months": 99}, "答复期限应在 1 与 12 之间，现为 99"),
        ("handling.deadlines", {"reply_months": "三"}, "答复期限填写的“三”不合规定的类型"),
        ("handling.deadlines", {"reply_months": True}, "答复期限填写的“True”不合规定的类型"),
        ("handling.deadlines", {"reply_weeks": 3}, "有未知的项：reply_weeks"),
        ("handling.rework", {"sent_back_when": "never"}, "退回重办的条件只能是"),
        ("handling.categories", {"categories": [{"code": "A", "label": "已解决"}]}, "答复类别第 1 项的含义没有规定"),
        (
            "handling.categories",
            {"categories": [{"code": "A", "label": "已解决", "meaning": "done"}]},
            "第 1 项的含义只能是solved、planned",
        ),
        (
            "proposals.not_filing",
            {"reasons": [{"code": "a", "text": "匿名", "destinations": ["bin"]}]},
            "内容可以转到第 1 项只能是suggestion",
        ),
        ("handling.categories", {"categories": "A"}, "答复类别应是若干项"),
        ("handling.categories", {"categories": ["A"]}, "应写明各项"),
        ("handling.nothing", {}, "没有“handling.nothing”这种规定"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_in_words(cast: Cast, kind: str, body: dict[str, object], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        actions.adopt(
            cast.county, kind, effective_from=TODAY, body=body, reference=REFERENCE, actor=None, at=moment("2026-03-02")
        )


def test_a_reference_is_required(cast: Cast) -> None:
    with pytest.raises(SchemaError, match="规定必须写明依据"):
        actions.adopt(
            cast.county, "handling.rework", effective_from=TODAY, body={}, reference={}, actor=None, at=moment("2026-03-02")
        )


def test_an_adopted_version_cannot_be_changed_or_doubled(cast: Cast) -> None:
    version = Regulation.objects.filter(committee=cast.county).first()
    assert version is not None
    version.title = "另一个"
    with pytest.raises(AdoptedError):
        version.save()
    with pytest.raises(AdoptedError):
        version.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.adopt(
            cast.county,
            version.kind,
            effective_from=version.effective_from,
            body={},
            reference=REFERENCE,
            actor=None,
            at=moment("2026-03-02"),
        )


def test_without_the_library_the_error_says_what_to_do(cast: Cast) -> None:
    queries.forget()
    Regulation.objects.all()._raw_delete("default")
    with pytest.raises(MissingRegulationError, match="请先装入制度库"):
        in_force(cast.county, Deadlines, TODAY)


def test_a_missing_key_is_an_error_when_nobody_says_it() -> None:
    with pytest.raises(SchemaError, match="退回重办的条件没有规定"):
        build(Rework, {"rounds": 1})


def test_another_processs_adoption_is_seen_within_a_second(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_force(cast.county, Rework, TODAY).rounds == 1
    Regulation(
        committee=cast.county,
        kind="handling.rework",
        effective_from=date(2026, 1, 1),
        body={"rounds": 2},
        title="新办法",
        adopted_at=moment("2026-01-01"),
    ).save()
    assert in_force(cast.county, Rework, TODAY).rounds == 1
    # not 0: a machine may have begun less than an hour ago
    monkeypatch.setattr(queries._kept, "looked_at", float("-inf"))
    assert in_force(cast.county, Rework, TODAY).rounds == 2


def test_what_was_looked_up_in_one_database_is_not_said_of_another(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    in_force(cast.county, Rework, TODAY)
    assert queries._kept.fresh()
    with monkeypatch.context() as patch:  # where a large import is rehearsed
        patch.setitem(connection.settings_dict, "NAME", "a copy")
        assert queries._kept.fresh() == {}
        in_force(cast.county, Rework, TODAY)
    assert queries._kept.fresh() == {}


def test_every_rule_can_be_read_with_its_source(cast: Cast, client: Client) -> None:
    client.force_login(cast.proposer)
    page = client.get("/regulations/?on=2026-03-02")
    assert page.status_code == 200
    assert "政协云溪县委员会提案办理协商办法" in page.text
    for name in (
        "handling.deadlines",
        "handling.categories",
        "proposals.taxonomies",
        "proposals.not_filing",
        "handling.review",
        "handling.rework",
    ):
        answer = client.get(f"/regulations/{name}/")
        assert answer.status_code == 200
        assert "全国性规定" in answer.text
    assert "青岚市政协" in client.get("/regulations/handling.categories/").text
    assert client.get("/regulations/nothing/").status_code == 404


def test_the_library_is_loaded_once(cast: Cast, settings: object) -> None:
    folder = settings.LIBRARY_DIR / "national"  # type: ignore[attr-defined]
    assert actions.load_library(folder, None, actor=None, at=moment("2026-03-02")) == 0
