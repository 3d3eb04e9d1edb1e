"""`translate` for a sentence that stands in the template as it is: looked up once a language, not once a page.

A template builtin behind Django's own, whose tag it takes over; whatever else `translate` does stays Django's.
"""

from typing import Any

from django import template
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import get_language

register = template.Library()


class Said(Node):
    """A sentence in the language of the answer."""

    def __init__(self, asked: TranslateNode) -> None:
        self.asked = asked
        self.kept: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """Return the sentence, as it was said before in this language."""
        language = get_language()
        said = self.kept.get(language)
        if said is None:
            said = self.kept[language] = self.asked.render(context)
        return said


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """Say a sentence in the reader's language."""
    node = do_translate(parser, token)
    plain = not (node.noop or node.asvar or node.message_context) and _stands_there(node.filter_expression)
    return Said(node) if plain else node


def _stands_there(expression: FilterExpression) -> bool:
    """Say whether what is translated is written in the template, and nothing is done with it."""
    sentence: Any = getattr(expression.var, "literal", None)
    return isinstance(sentence, str) and not expression.filters
