"""What is odd in the row of a proposal, and taken all the same: its lengths, and its day."""

from django.utils.translation import gettext as _

from tongxin.core.words import character_count
from tongxin.proposals.regulations import FormRules
from tongxin.proposals.sheets.bodies import Sessions, rules_on
from tongxin.proposals.sheets.reading import Draft
from tongxin.sheets.kinds import Row


def measure(row: Row, draft: Draft, sessions: Sessions) -> None:
    """Say what the editor would not take: its lengths do not bind an import."""
    rules = rules_on(sessions.committee, FormRules, draft.submitted_on, sessions.today)
    assert isinstance(rules, FormRules)  # noqa: S101 -- the schema asked for
    if (n := character_count(draft.title)) > rules.title_max:
        row.warn("案由", _("%(n)s 字，超过 %(title_max)s 字，照收") % {"n": n, "title_max": rules.title_max})
    n = sum(map(character_count, draft.parts))
    if n > rules.body_max:
        row.warn("内容", _("正文 %(n)s 字，超过 %(body_max)s 字，照收") % {"n": n, "body_max": rules.body_max})
    elif n < rules.body_min:
        row.warn("内容", _("正文 %(n)s 字，不足 %(body_min)s 字，照收") % {"n": n, "body_min": rules.body_min})
    if draft.submitted_on and draft.submitted_on > sessions.today:
        row.warn("提交日期", _("在今天以后，请核对"))
    if outside := sessions.outside(draft.session, draft.submitted_on):
        row.warn("提交日期", outside)
