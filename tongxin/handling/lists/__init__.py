"""The lists of handling: the office's desk, a unit's inbox, the desks that assign and supervise."""

from tongxin.handling.lists.assigning import ASSIGN
from tongxin.handling.lists.desk import DESK
from tongxin.handling.lists.inbox import INBOX
from tongxin.handling.lists.supervising import SUPERVISE

LISTS = (DESK, INBOX, ASSIGN, SUPERVISE)
