import asyncio

from quorate.bootstrap.arbitration.watching import HealthLoop
from quorate.kernel.errors import UnavailableError
from tests.fakes.clock import FakeClock


class Told:
    def __init__(self):
        self.alerts = []

    async def told(self, alerts):
        self.alerts += alerts


def loop_of(check, recovery=None, timeout_s=5.0):
    told = Told()
    loop = HealthLoop(FakeClock(), told, timeout_s=timeout_s)
    loop.add("database", check, recovery)
    return loop, told


async def silent():
    raise UnavailableError("it is silent", source="database")


async def test_a_component_that_fails_three_times_is_set_up_anew():
    renewed = []

    async def renew():
        renewed.append(True)

    loop, told = loop_of(silent, renew)
    for _ in range(3):
        (health,) = await loop.look()
    assert (renewed, told.alerts, health.failures) == ([True], [], 3)


async def test_where_that_does_not_help_a_person_is_told():
    loop, told = loop_of(silent, silent)
    for _ in range(3):
        await loop.look()
    (alert,) = told.alerts
    assert (alert.kind, "database" in alert.text) == ("recovery_failed", True)


async def test_what_cannot_be_set_up_anew_is_told_of_too():
    loop, told = loop_of(silent)
    for _ in range(3):
        await loop.look()
    assert [alert.kind for alert in told.alerts] == ["recovery_failed"]


async def test_a_check_that_hangs_is_a_failed_one():
    async def hangs():
        await asyncio.Event().wait()

    loop, _ = loop_of(hangs, timeout_s=0.01)
    (health,) = await loop.look()
    assert not health.is_healthy
    assert "no answer" in health.detail


async def test_an_answer_forgets_the_failures():
    answers = [False, False, True]

    async def check():
        if not answers.pop(0):
            await silent()
        return "well"

    loop, told = loop_of(check)
    for _ in range(3):
        (health,) = await loop.look()
    assert (health.is_healthy, health.detail, told.alerts) == (True, "well", [])
