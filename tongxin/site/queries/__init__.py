"""Reads of the pages that stand above all matters."""

from tongxin.site.queries.home import member_waiting, portal_committee, todos
from tongxin.site.queries.todos import Todo
from tongxin.site.queries.waiting import desk_waiting

__all__ = ["Todo", "desk_waiting", "member_waiting", "portal_committee", "todos"]
