import stat

import pytest

from quorate.adapters.keys.secret import fresh_credential, hub_secret
from quorate.kernel.errors import RejectedError


def test_a_home_keeps_its_secret(tmp_path):
    secret = hub_secret(tmp_path)
    assert len(secret) == 32
    assert hub_secret(tmp_path) == secret


def test_no_two_homes_share_one(tmp_path):
    assert hub_secret(tmp_path / "a") != hub_secret(tmp_path / "b")


def test_only_its_owner_can_read_it(tmp_path):
    hub_secret(tmp_path)
    file = tmp_path / "keys" / "hub.secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [each.name for each in file.parent.iterdir()] == ["hub.secret"]


def test_one_that_others_can_read_is_not_used(tmp_path):
    hub_secret(tmp_path)
    (tmp_path / "keys" / "hub.secret").chmod(0o644)
    with pytest.raises(
        RejectedError, match=r"the hub's secret .* can be read by others"
    ) as refusal:
        hub_secret(tmp_path)
    assert refusal.value.fix.startswith("chmod 600 ")


def test_one_that_was_cut_off_is_not_used(tmp_path):
    hub_secret(tmp_path)
    (tmp_path / "keys" / "hub.secret").write_bytes(b"short")
    with pytest.raises(RejectedError, match="holds no secret of 32 bytes"):
        hub_secret(tmp_path)


def test_a_home_that_cannot_hold_it_is_refused(tmp_path):
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(RejectedError, match="cannot hold the hub's secret"):
        hub_secret(tmp_path)


def test_a_fresh_secret_has_its_prefix_and_256_bits():
    made = {fresh_credential("arn_") for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) for secret in made} == {4 + 43}
    assert all(secret.startswith("arn_") for secret in made)
