"""What Quorate is made of: everything pinned and hashed, few direct dependencies, the same wheel from the same tree."""

import hashlib
import json
import re
import subprocess
import sys
import tomllib

import pytest

from tests.architecture.repository import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MOST_DIRECT = 25
"""Source: RELIABILITY 6.17."""


def entries(lock):
    """Return the requirements of a lock, each with its hashes, comments aside."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    return [each for each in re.split(r"\n(?=\S)", text) if each.strip()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda each: each.name)
def test_every_requirement_is_pinned_and_held_to_its_hashes(lock):
    found = entries(lock)
    assert len(found) > 20
    for entry in found:
        assert re.match(r"[A-Za-z0-9._-]+(\[[^]]*\])?==\S+", entry), entry.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]
        assert "://" not in entry, entry.splitlines()[0]


def test_what_is_installed_is_installed_by_hash_alone():
    told = (ROOT / "Makefile").read_text()
    files = re.findall(r"^.*install.* -r requirements/.*$", told, re.MULTILINE)
    assert len(files) == len(LOCKS)
    assert all("--require-hashes" in line for line in files)
    rest = re.findall(r"^.*\$\(PIP\) install (?!.*-r requirements/).*$", told, re.MULTILINE)
    assert rest
    assert all("--no-deps" in line for line in rest)


def test_no_more_direct_dependencies_than_a_person_can_look_after():
    assert len(PROJECT["dependencies"]) <= MOST_DIRECT


def test_the_bill_of_materials_names_every_part_of_the_lock():
    program = [sys.executable, str(ROOT / ".ci" / "sbom")]
    told = [subprocess.run(program, capture_output=True, check=True).stdout for _ in range(2)]  # noqa: S603
    assert told[0] == told[1]
    bill = json.loads(told[0])
    pins = {
        re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", each).groups()
        for each in entries(ROOT / "requirements" / "runtime.txt")
    }
    assert {(each["name"], each["version"]) for each in bill["components"]} == pins
    assert all(each["hashes"] for each in bill["components"])
    assert bill["metadata"]["component"]["version"] == PROJECT["version"]


def test_the_same_tree_gives_the_same_wheel(tmp_path):
    """It builds with what is installed, so nothing is fetched; no code of ours runs at a build."""
    sums = []
    for name in ("one", "other"):
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / name)],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        (wheel,) = (tmp_path / name).iterdir()
        sums.append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert sums[0] == sums[1]
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert "hooks" not in build
