"""The description of the interface (OpenAPI 3.1), read from the same declarations as its routes.

Docs/generated/openapi.json.
"""

import json
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy as _

from tongxin.api import problems, shapes
from tongxin.desks.listings import Listing
from tongxin.workflow.table import BY_NAME

PREFIX = "/api/v1/"
ABOUT = _("同心的接口：能看的、能办的与网页上一样。用网页的会话登录；写入要带 X-CSRFToken。见 docs/api.md。")
REFUSALS = {"get": (401, 403, 404), "post": (400, 401, 403, 404, 409, 422)}


def _workflows() -> dict[str, Any]:
    """Return what the routes do not say by themselves: each step of each lifecycle, and what it asks."""
    return {
        name: {
            "label": str(workflow.label),
            "states": {str(value): str(label) for value, label in workflow.states.choices},
            "actions": {row.action: {"label": str(row.label), "asks": _asks(row.asks)} for row in workflow.rows},
        }
        for name, workflow in sorted(BY_NAME.items())
    }


def _asks(asks: type | None) -> dict[str, Any]:
    if asks is None:
        return {}
    return {f.name: {"label": str(f.metadata["label"]), "required": f.default is MISSING} for f in fields(asks)}


def of_list(listing: Listing) -> dict[str, Any]:
    """Return what may be asked of a list, and its columns.

    Whatever it does not know counts as not asked, as on its page.
    """
    columns = {c.name: str(c.label) for tab in listing.tabs for c in tab.columns if c.only != "sheet"}
    sorts = sorted({name for tab in listing.tabs for name in tab.orders})
    asked = [_asked(listing.tab_name, "part", [tab.key for tab in listing.tabs])]
    asked += [_asked("q", str(listing.find_label))] if listing.find else []
    asked += [_asked(one.name, str(one.label)) for one in listing.filters]
    asked += [_asked("sort", "order", sorts)] if sorts else []
    asked += [_asked("size", "rows on a page", listing.sizes)]
    asked += [_asked("after", "the page behind the row with this uid"), _asked("before", "the page before it")]
    return {"parameters": asked, "x-columns": columns}


def _asked(name: str, about: str, known: Sequence[str | int] = ()) -> dict[str, Any]:
    schema: dict[str, Any] = {"enum": list(known)} if known else {"type": "string"}
    return {"in": "query", "name": name, "required": False, "description": about, "schema": schema}


def document(api: Any) -> dict[str, Any]:
    """Return the whole description: with what is refused how, and without HEAD, which every GET answers."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX), cls=DjangoJSONEncoder))
    found["x-workflows"] = _workflows()
    found["components"]["schemas"]["Problem"] = shapes.Problem.model_json_schema()
    for path in found["paths"].values():
        path.pop("head", None)
        for method, operation in path.items():
            for status in REFUSALS[method]:
                operation["responses"][str(status)] = _refusal(str(problems.SENTENCES[status]))
            for parameter in operation["parameters"]:
                if parameter["name"] == "workflow":
                    parameter["schema"]["enum"] = sorted(BY_NAME)
    return found


def written(api: Any) -> str:
    """Return the description as it is committed, in an order that does not change by itself."""
    return json.dumps(document(api), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _refusal(about: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": about, "content": {problems.TYPE: {"schema": schema}}}
