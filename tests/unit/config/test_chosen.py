from quorate.config import chosen, config_file, load_settings


def test_what_is_chosen_goes_before_the_environment_and_ends_with_its_block(
    quorate_home, tmp_path, monkeypatch
):
    monkeypatch.setenv("QUORATE_DATABASE_URL", "sqlite:////elsewhere.db")
    other = tmp_path / "other"
    with chosen(home=str(other), database="sqlite:////here.db"):
        settings = load_settings()
        assert (settings.home, settings.database_url) == (other, "sqlite:////here.db")
        assert config_file() == other / "quorate.toml"
        with chosen(file=str(tmp_path / "mine.toml")):
            assert config_file() == tmp_path / "mine.toml"
    assert load_settings().home == quorate_home
    assert load_settings().database_url == "sqlite:////elsewhere.db"


def test_nothing_chosen_changes_nothing(quorate_home):
    before = load_settings()
    with chosen():
        assert load_settings() == before
        assert config_file() == quorate_home / "quorate.toml"
