import quorate.market
from quorate.market import wyckoff


def test_the_front_doors_are_sorted_and_complete():
    for room in (quorate.market, wyckoff):
        names = room.__all__
        assert names == sorted(
            names, key=lambda name: (not name.isupper(), name[0].islower(), name)
        )
        assert all(hasattr(room, name) for name in names)
