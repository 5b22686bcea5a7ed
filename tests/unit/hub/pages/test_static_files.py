"""What is served as it lies: vendored files are those that were vetted, the sprite holds what templates use."""

import hashlib
import re

import pytest

from quorate.hub.pages.templating import STATIC, TEMPLATES, asset

PAGES = TEMPLATES.parent / "pages"
SHEET = (STATIC / "hub.css").read_text()
SCRIPTS = "\n".join(file.read_text() for file in STATIC.glob("*.js"))
MARKUP = "\n".join(file.read_text() for file in sorted(TEMPLATES.rglob("*.html")))
CODE = "\n".join(file.read_text() for file in sorted(PAGES.rglob("*.py")))

COLOUR = r"#[0-9a-f]{3,8}|rgba\([^)]*\)"

VENDORED = ("vendor/*.js", "fonts/*.woff2")


def versions():
    """Return the table of VERSIONS.md: path -> (version, licence file, sha256)."""
    rows = re.findall(
        r"^\| (\S+/\S+) \|(.+)\|$", (STATIC / "vendor/VERSIONS.md").read_text(), re.MULTILINE
    )
    cells = {path: [cell.strip() for cell in rest.split("|")] for path, rest in rows}
    return {path: (row[1], row[2].rpartition(" ")[2], row[4]) for path, row in cells.items()}


def test_every_vendored_file_is_listed_with_its_version_licence_and_hash():
    files = {
        file.relative_to(STATIC).as_posix(): file for glob in VENDORED for file in STATIC.glob(glob)
    }
    assert versions().keys() == files.keys()
    for path, (version, licence, digest) in versions().items():
        assert version in path
        assert (STATIC / licence).is_file()
        assert hashlib.sha256(files[path].read_bytes()).hexdigest() == digest


def drawn():
    return set(re.findall(r'<symbol id="i-([a-z0-9-]+)"', (STATIC / "icons.svg").read_text()))


def named():
    """Return every quoted word of templates and pages: an icon is always named in quotes, or in an icons comment."""
    comments = " ".join(re.findall(r"\{# icons: ([^#]+)#\}", MARKUP)).split()
    return set(re.findall(r"[\"']([a-z0-9-]+)[\"']", MARKUP + CODE)) | set(comments)


def asked():
    """Return every icon that is named where nothing but an icon can stand."""
    called = re.findall(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']", MARKUP)
    parts = re.findall(r"ui\.(?:empty|note|badge)\(\s*[\"']([a-z0-9-]+)[\"']", MARKUP)
    return {*called, *parts, *re.findall(r"\bicon=[\"']([a-z0-9-]+)[\"']", MARKUP + CODE)}


def test_every_icon_that_a_page_names_is_in_the_sprite():
    assert asked() - drawn() == set()


def test_the_sprite_holds_no_icon_that_nobody_names():
    assert drawn() - named() == set()


CLASS = r"hub-[a-z0-9]+(?:(?:-|--|__)[a-z0-9]+)*"


def classes(text):
    return set(re.findall(CLASS, text))


def styled():
    return {name[1:] for name in re.findall(rf"\.{CLASS}", SHEET)}


def put_together():
    """Return how classes begin whose end only a page knows, as "hub-sig--" in `hub-sig--{{ look }}`."""
    return tuple(
        re.findall(r"hub-[a-z]+(?:__[a-z]+)?(?:--|-)?(?=\{|' ~|\" ~|\$)", MARKUP + SCRIPTS + CODE)
    )


def test_every_class_of_the_stylesheet_is_used():
    unused = styled() - classes(MARKUP + SCRIPTS + CODE)
    assert {name for name in unused if not name.startswith(put_together())} == set()


def test_every_class_of_a_page_is_styled():
    worn = classes(" ".join(re.findall(r'class="([^"]*)"', MARKUP)))
    assert {name for name in worn - styled() if name not in put_together()} == set()


def test_a_page_carries_no_script_style_or_handler_of_its_own():
    assert re.findall(r"<script(?![^>]*\bsrc=)", MARKUP) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|\bhx-on|javascript:", MARKUP) == []


def test_a_theme_changes_colours_alone():
    """So that in the other theme axe need only be asked for what colours decide; see tests/browser/barriers.py."""
    rules = re.findall(r"([^{}]*data-theme[^{}]*)\{([^}]*)\}", SHEET)
    assert [selector.strip() for selector, _ in rules] == ["[data-theme=dark]"]
    declared = [part.partition(":") for part in rules[0][1].split(";") if part.strip()]
    named = {name.strip(): value.strip() for name, _, value in declared}
    assert named.pop("color-scheme") == "dark"
    assert len(named) > 20
    assert all(name.startswith("--hub-") for name in named)
    assert named.pop("--hub-shadow") == "none"
    assert not [name for name, value in named.items() if not re.fullmatch(COLOUR, value)]
    assert "prefers-color-scheme" not in SHEET
    assert "light-dark(" not in SHEET


def test_nothing_comes_from_another_machine():
    loaded = re.findall(r"(?:src|href|url\()=?[\"'(]?(https?://[^\"' )]+)", MARKUP + SHEET)
    assert loaded == ["https://www.tradingview.com/"]


def test_text_is_escaped_by_the_environment_alone():
    assert re.findall(r"\|\s*safe\b|autoescape", MARKUP) == []


@pytest.mark.parametrize("name", ["hub.css", "icons.svg", "vendor/htmx-4.0.1.min.js"])
def test_an_address_carries_the_hash_of_its_file(name):
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    assert asset(name) == f"/admin/static/{name}?v={digest[:12]}"
