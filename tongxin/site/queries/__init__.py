"""Reads of the pages that stand above all matters."""

from tongxin.site.queries.home import Todo, desk_waiting, member_waiting, portal_committee, todos

__all__ = ["Todo", "desk_waiting", "member_waiting", "portal_committee", "todos"]
