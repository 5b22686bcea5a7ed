import io
import json

from quorate.cli.terminal import Terminal


class Screen(io.StringIO):
    def isatty(self):
        return True


def terminal(stream=io.StringIO, **changes):
    return Terminal(out=stream(), err=stream(), **changes)


def test_a_person_gets_lines_and_a_program_one_object():
    person, program = terminal(), terminal(as_json=True)
    for each in (person, program):
        each.reply({"ok": True}, ["ok"])
    assert person.out.getvalue() == "ok\n"
    assert json.loads(program.out.getvalue()) == {"ok": True}


def test_colour_is_only_for_screens_and_only_where_wanted():
    shown = {}
    for name, one in {
        "screen": terminal(Screen),
        "plain screen": terminal(Screen, colour=False),
        "pipe": terminal(),
    }.items():
        one.reply({}, ["▲ BUY AAPL"])
        shown[name] = one.out.getvalue()
    assert shown == {
        "screen": "\x1b[32m▲ BUY\x1b[0m AAPL\n",
        "plain screen": "▲ BUY AAPL\n",
        "pipe": "▲ BUY AAPL\n",
    }


def test_quiet_keeps_notes_back_but_no_complaint():
    one = terminal(quiet=True)
    one.note("by the way")
    one.complain("error: it broke")
    assert one.err.getvalue() == "error: it broke\n"


def test_a_complaint_is_one_line_and_cannot_steer_the_screen():
    one = terminal(Screen, colour=False)
    one.complain("no file\n'\x1b[2J\u202egnp'")
    assert one.err.getvalue() == "no file '\\u001b[2J\\u202egnp'\n"
