"""Templating: the environment in which every page is rendered. Text is escaped, and plain, unless code made it markup.

Assets are named with a part of their own hash, so that a browser may keep them for ever and never keeps an old one.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from quorate.hub.pages.reading import is_failed
from quorate.hub.pages.wording import FILTERS, shown

HUB: Final = Path(__file__).parent.parent
TEMPLATES: Final = HUB / "templates"
STATIC: Final = HUB / "static"
STATIC_PATH: Final = "/admin/static"


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """Return what the web application needs to render the templates."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment()))


@cache
def environment() -> Environment:
    """Return the environment, made once: an unknown name in a template is an error, never an empty text."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(FILTERS)
    made.tests["failed"] = is_failed
    made.globals["asset"] = asset
    return made


@cache
def asset(name: str) -> str:
    """Return the address of a file under `static`, with its version."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()
    return f"{STATIC_PATH}/{name}?v={digest[:12]}"
