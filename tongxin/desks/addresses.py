"""The addresses of what a matter declares: its lists, the page on which a row begins, the page of a row."""

from django.urls import URLPattern, path

from tongxin.desks.beginnings import Beginning, page_of_beginning
from tongxin.desks.listings import Listing
from tongxin.desks.object_pages import page_of_object
from tongxin.desks.objects import ObjectPage
from tongxin.desks.pages import paths_of


def addresses_of(below: str, *declared: Listing | Beginning | ObjectPage) -> list[URLPattern]:
    """Return the addresses below a matter's own, in the order in which they may be told apart.

    A row's page comes last.
    """
    found = [pattern for one in declared if isinstance(one, Listing) for pattern in paths_of(one, below)]
    found += [path(f"{below}new/", page_of_beginning(one), name=one.name) for one in declared if isinstance(one, Beginning)]
    found += [path(f"{below}<str:uid>/", page_of_object(one), name=one.name) for one in declared if isinstance(one, ObjectPage)]
    return found
