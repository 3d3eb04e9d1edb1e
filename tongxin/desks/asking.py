"""What an address asks of a list, and the addresses that ask something else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import QueryDict

from tongxin.core import asked
from tongxin.desks.listings import Listing, Question

WORDS = 60  # characters that are looked for


def question_of(listing: Listing, said: QueryDict, user: Any, *, at: datetime) -> Question:
    """Read what an address asks of a list: whatever the declaration does not know counts as not asked."""
    words = asked.words(said.get("q", ""), WORDS) if listing.find else ""
    question = Question(user, at, words=words)
    choices = {f.name: list(f.choices(question)) for f in listing.filters}
    chosen = {name: asked.one_of(said.get(name, ""), {value for value, _label in known}) for name, known in choices.items()}
    for one in listing.filters:
        if one.place == "scope" and not chosen[one.name]:
            if said.get(one.name) or not choices[one.name]:
                raise PermissionDenied  # another's list is never answered with one's own
            chosen[one.name] = choices[one.name][0][0]
    question = replace(question, chosen={name: value for name, value in chosen.items() if value}, choices=choices)
    elsewhere = listing.found_in if words and listing.found_in is not None else ""
    tab = listing.tab(said.get(listing.tab_name, elsewhere), question)
    size = asked.number(said.get("size", ""))
    return replace(
        question,
        tab=tab.key,
        chosen=tab.knows(question.chosen),
        sort=asked.one_of(said.get("sort", ""), tab.orders),
        size=size if size in listing.sizes else listing.sizes[0],
    )


def addresses(listing: Listing, question: Question) -> Callable[..., str]:
    """Return what makes the addresses of a list: everything asked is kept, but for what is said otherwise."""
    kept = {listing.tab_name: question.tab, "q": question.words, **_chosen(listing, question), "sort": question.sort}
    if question.size != listing.sizes[0]:
        kept["size"] = str(question.size)

    def address(**change: str) -> str:
        return f"?{urlencode({name: value for name, value in (kept | change).items() if value})}"

    return address


def only(listing: Listing, question: Question) -> Callable[..., str]:
    """Return what makes addresses of a list that keep its scope alone."""
    scopes = {f.name for f in listing.filters if f.place == "scope"}
    kept = {name: value for name, value in _chosen(listing, question).items() if name in scopes}

    def address(**change: str) -> str:
        return f"?{urlencode({name: value for name, value in (kept | change).items() if value})}"

    return address


def _chosen(listing: Listing, question: Question) -> dict[str, str]:
    """Return what is chosen, without the scope that is chosen where none is named."""
    firsts = {f.name: question.choices[f.name][0][0] for f in listing.filters if f.place == "scope" and question.choices[f.name]}
    return {name: value for name, value in question.chosen.items() if firsts.get(name) != value}
