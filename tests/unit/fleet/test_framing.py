import pytest

from quorate.fleet.framing import FrameRefusedError, frame_of, hub_message, worker_message
from quorate.fleet.wire import FRAME_BYTES, Drain, Ready, Register, Shutdown


def test_what_one_side_writes_the_other_reads():
    came = Register(agent_id="w1", agent_type="python", capabilities={"llm": True, "x": False})
    assert worker_message(frame_of(came)) == came
    assert hub_message(frame_of(Drain(stop=True))) == Drain(stop=True)


def test_names_travel_in_javascripts_way():
    assert frame_of(Ready(epoch=2)) == '{"type":"ready","epoch":2}'
    assert '"agentId":"w1"' in frame_of(
        Register(agent_id="w1", agent_type="python", capabilities={})
    )


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("{", "not JSON"),
        ("[]", "Expected `object`"),
        ('{"type":"ready","epoch":1,"epoch":2}', "stands there twice"),
        ('{"type":"ready","epoch":1.5}', "Expected `int`"),
        ('{"type":"ready","epoch":true}', "Expected `int`"),
        ('{"type":"ready","epoch":0}', ">= 1"),
        ('{"type":"ready","epoch":NaN}', "NaN"),
        ('{"type":"ready","epoch":1e400}', "beyond any number"),
        ('{"type":"ready","epoch":99999999999999999999}', "digits"),
        ('{"type":"ready","epoch":1,"more":1}', "unknown field"),
        ('{"type":"drain"}', "Invalid value 'drain'"),
        ('{"epoch":1}', "missing required field `type`"),
        (b"\xff", "not UTF-8"),
        ("[" * 100, "more than 32 deep"),
        ('{"type":"register","agentId":"w\\n1","agentType":"x","capabilities":{}}', "regex"),
        ('{"type":"register","agentId":"w1","agentType":"x","capabilities":{"a":1}}', "bool"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(frame, why):
    with pytest.raises(FrameRefusedError) as refused:
        worker_message(frame)
    assert why in refused.value.cause
    assert refused.value.code == "malformed"


def test_a_frame_beyond_a_mebibyte_is_neither_read_nor_written():
    with pytest.raises(FrameRefusedError) as refused:
        worker_message("A" * (FRAME_BYTES + 1))
    assert refused.value.code == "too-big"
    with pytest.raises(FrameRefusedError):
        frame_of(Shutdown(reason="A" * FRAME_BYTES))


def test_brackets_in_a_text_are_no_nesting():
    deep = "[" * 100
    assert hub_message(frame_of(Shutdown(reason=deep))) == Shutdown(reason=deep)
