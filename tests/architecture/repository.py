"""The repository as its documents see it: files, headings, links, rooms, syntax trees."""

import ast
import os
import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "quorate"
ABOVE_THE_RULES = frozenset({"adapters", "bootstrap", "cli", "config", "hub"})

_SKIPPED = frozenset({".git", ".venv", "__pycache__", "node_modules", "build", "dist"})
_HEADING = re.compile(r"^(#+) +(.+?) *$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def name_of(file):
    return file.relative_to(ROOT).as_posix()


@cache
def documents():
    """Return every Markdown file that the project wrote, by name."""
    return {name_of(file): file for file in files_of("*.md")}


def files_of(pattern):
    return [file for file in every_file() if fnmatch(file.name, pattern)]


@cache
def every_file():
    """Return what stands in the checkout, but for what tools and runs left there."""
    found = []
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if not is_left_out(name)]
        found += [Path(folder, name) for name in files]
    return sorted(found)


def is_left_out(name):
    return name in _SKIPPED or name.endswith("_cache")


def prose(text):
    """Return a document without its code blocks."""
    return _FENCE.sub("", text)


def headings(text):
    return [title for _, title in _HEADING.findall(prose(text))]


def sections(text):
    """Return the titles of a document's sections, its own title aside."""
    return [title for level, title in _HEADING.findall(prose(text)) if level == "##"]


def anchor(title):
    """Return the fragment by which a heading is linked, as GitHub forms it."""
    plain = re.sub(r"[^\w\- ]", "", title.lower())
    return plain.replace(" ", "-")


def code_blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def rooms():
    return sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())


def modules():
    return [file for file in files_of("*.py") if file.is_relative_to(PACKAGE)]


@cache
def tree_of(file):
    return ast.parse(file.read_text())


def definitions(file):
    """Yield the dotted names of a module's classes, functions, methods and assigned names."""
    yield from _definitions(tree_of(file).body, "")


def _definitions(body, prefix):
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield prefix + node.name
            yield from _definitions(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))
