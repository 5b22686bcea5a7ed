import quorate.agents as room


def test_the_front_door_is_sorted_and_everything_behind_it_exists() -> None:
    assert all(hasattr(room, name) for name in room.__all__)
    assert len(set(room.__all__)) == len(room.__all__)
