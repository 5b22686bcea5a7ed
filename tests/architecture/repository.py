"""The repository as its documents see it: files, headings, links, rooms, syntax trees."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "quorate"
ABOVE_THE_RULES = frozenset({"adapters", "bootstrap", "cli"})

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
    found = ROOT.rglob(pattern)
    return sorted(file for file in found if file.is_file() and not is_left_out(file))


def is_left_out(file):
    parts = file.relative_to(ROOT).parts
    return any(part in _SKIPPED or part.endswith("_cache") for part in parts)


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
    return sorted(file for file in PACKAGE.rglob("*.py") if not is_left_out(file))


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
