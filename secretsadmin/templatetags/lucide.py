"""The icon library's own tag, with its answers kept: a page has dozens of icons."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as draw

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024)
def lucide(name: str, *, size: int = 24, **attributes: str) -> SafeString:
    """The icon of this name; nothing without a name."""
    if not name:
        return SafeString()
    return SafeString(draw(name, size=size, **attributes))
