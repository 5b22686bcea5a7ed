TEXT = "Your seat: judge. Weigh the evidence first.\nSay what would change your mind."


def test_the_packaged_prompts_are_listed_with_who_uses_them(quorate):
    listed = quorate("templates", "--json").json
    items = {item["id"]: item for item in listed["items"]}
    assert items["judge/1"]["usedBy"] == ["power_macro_judge"]
    assert items["bull/1"]["usedBy"] == []
    assert (items["judge/1"]["packaged"], items["judge/1"]["addedAt"]) == (True, None)
    assert len(items["judge/1"]["sha256"]) == 64


def test_a_text_becomes_the_next_version_and_is_kept_once(quorate, tmp_path):
    file = tmp_path / "judge.txt"
    file.write_text(f"{TEXT}\n\n")
    added = quorate("templates", "add", "judge", str(file), "--note", "slower", "--json").json
    assert (added["target"], added["applied"], added["addedBy"]) == (
        "judge/2",
        True,
        "command line",
    )
    assert quorate("templates", "add", "judge", str(file)).lines == ["judge/2 says so already."]
    assert quorate("templates", "show", "judge", "--json").json["text"] == TEXT
    assert quorate("templates", "show", "judge/1").lines[0].startswith("judge/1, sha256 ")
    quorate("profiles", "edit", "power_macro_judge", "--prompt", "judge/2")
    items = {item["id"]: item for item in quorate("templates", "--json").json["items"]}
    assert items["judge/2"]["usedBy"] == ["power_macro_judge"]


def test_two_versions_are_compared_sentence_by_sentence(quorate, tmp_path):
    file = tmp_path / "judge.txt"
    file.write_text(TEXT)
    quorate("templates", "add", "judge", str(file))
    shown = quorate("templates", "show", "judge", "--diff", 1, 2)
    assert shown.lines[:2] == ["--- judge/1", "+++ judge/2"]
    assert "+Say what would change your mind." in shown.lines
    tree = quorate("templates", "show", "judge", "--diff", 1, 1, "--json").json
    assert (tree["added"], tree["removed"], tree["unified"]) == (0, 0, [])


def test_what_cannot_be_kept_is_refused(quorate, tmp_path, fake_app):
    empty, binary = tmp_path / "empty.txt", tmp_path / "binary"
    empty.write_text(" \n")
    binary.write_bytes(b"\xff\xfe")
    assert "a prompt says something" in quorate("templates", "add", "judge", str(empty)).err
    assert "cannot be read as text" in quorate("templates", "add", "judge", str(binary)).err
    assert quorate("templates", "add", "trend", str(empty)).code == 5
    assert quorate("templates", "show", "judge/9").code == 5
    assert fake_app.prompts.stored == []
