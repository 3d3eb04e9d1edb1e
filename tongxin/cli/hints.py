"""What commands say besides, on stderr for who sits at the server.

Which row it is, what to do next, whither with a code.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tongxin.core.catalogue import _

if TYPE_CHECKING:
    from tongxin.audit.outside import Problem

AFTER_A_FINDING = _("接着办：请保留现场，数据库和 audit、keys、files 目录都不要动，告知审计管理员，一起从备份核对。")
AFTER_A_RESTORE = _("恢复过备份的，弄清原因后用 tongxin audit accept 认可库外留存与数据库的不符，见 docs/operations.md。")


def next_steps(problems: "Sequence[Problem]") -> str:
    """Say what to do after findings; what the database says otherwise than it was written is accepted by nobody."""
    return AFTER_A_FINDING + (AFTER_A_RESTORE if any(problem.outside for problem in problems) else "")


def named(problems: "Sequence[Problem]") -> list[str]:
    """Say each problem with its place, and where the place is a row that is still there, which row that is."""
    words = in_words(problems)
    return [f"{problem}{in_brackets(words, problem)}" for problem in problems]


def in_brackets(words: Mapping[str, str], problem: "Problem") -> str:
    """Say which row a problem means, behind what was said of it; nothing where it means none that is there."""
    return f"（{words[problem.where]}）" if problem.where in words else ""


def in_words(problems: "Sequence[Problem]") -> dict[str, str]:
    """Return the words for the places of problems, whichever committee they are of.

    What cannot be read has none: they stand beside a finding, and the finding is said without them.
    """
    from django.db import DatabaseError

    from tongxin.audit import stored
    from tongxin.committees import findings
    from tongxin.committees.models import Committee

    found = dict[str, str]()
    with suppress(DatabaseError):
        for code in stored.said_of(Committee.objects.order_by("pk"), "code"):
            for words, problem in findings.in_words(code, problems):
                if len(words) > len(found.get(problem.where, "")):  # of another committee's row the kind alone is said
                    found[problem.where] = words
    return found


def address() -> str:
    """Where this installation is reached from outside, as far as it was told."""
    from django.conf import settings

    return str((settings.CSRF_TRUSTED_ORIGINS or ["http://localhost:8000"])[0])


def of_code(word: str, name: str) -> str:
    """Say what becomes of a one-time code that was printed."""
    from tongxin.accounts.actions import VALID

    return _(
        "%(word)s只显示这一次，只能用一次，%(days)s 天内有效，请交给%(name)s本人，在 %(address)s/invitation/ 输入（对外的网址设在 TONGXIN_ORIGINS，见 docs/operations.md）。"
    ) % {"word": word, "days": VALID.days, "name": name, "address": address()}
