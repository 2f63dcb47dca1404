"""What every store promises, run over SQLite and, where it is at hand, a real InfluxDB."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pytest

from streams.stores.influx import InfluxStore
from streams.stores.influx_link import InfluxAddress
from streams.stores.sqlite import SqliteStore
from streams.stores.store import Event, Family, Forecast, Score, Store, StoreUnavailableError, Vital
from streams.stores.verdict import Found, Verdict
from tests.live.servers import Influx, influxd

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


def a_vital(minute: Any = 0, **changes: Any) -> Vital:
    end = NOON + timedelta(minutes=minute)
    fields: dict[str, Any] = {
        "zone": "xq-07", "indicator": "water_depth", "window_start": end - timedelta(minutes=1),
        "window_end": end, "value": 0.125, "unit": "m", "level": "W4", "coverage": 0.75,
        "detail": {"terminal": "WL-07"},
    }  # fmt: skip
    return Vital(**{**fields, **changes})


def a_score(minute: Any = 0, **changes: Any) -> Score:
    fields: dict[str, Any] = {
        "zone": "xq-07",
        "indicator": "water_depth",
        "score": 0.5,
        "expected": 0.1,
        "low": 0.05,
        "high": 0.15,
        "view": "shape",
        "onset": True,
        "new_regime": True,
        "shares": {"water_depth": 0.75, "rain_10min": 0.25},
    }
    return Score(window_end=NOON + timedelta(minutes=minute), **{**fields, **changes})


def a_forecast(minute: Any = 0, **changes: Any) -> Forecast:
    fields: dict[str, Any] = {
        "zone": "xq-07", "indicator": "water_depth", "horizon": 600, "p10": 0.0, "p50": 0.1,
        "p90": 0.4, "p_exceed": {"W4": 0.25}, "reached_in": {"W4": (240.0, None, None)},
        "method": "ponding", "skill": 0.5,
    }  # fmt: skip
    return Forecast(made_at=NOON + timedelta(minutes=minute), **{**fields, **changes})


def a_verdict(minute: Any = 0, **changes: Any) -> Verdict:
    end = NOON + timedelta(minutes=minute)
    found = Found(
        kind="flat_line", side="fault", strength=0.9, since=NOON - timedelta(hours=6),
        zh="6.0 小时内 72 个读数均为 0.4", en='72 readings of exactly 0.4 in 6.0 h, "stuck"',
    )  # fmt: skip
    fields: dict[str, Any] = {
        "zone": "xq-07", "terminal": "WL-07", "quantity": "water_depth", "verdict": "fault",
        "before": "clear", "kind": "flat_line", "since": found.since, "evidence": [found],
        "text": {"zh": found.zh, "en": found.en},
    }  # fmt: skip
    return Verdict(window_end=end, at=end + timedelta(seconds=5), **{**fields, **changes})


def an_event(number: Any, minute: Any = 0, **changes: Any) -> Event:
    fields: dict[str, Any] = {
        "id": f"e{number}", "family": Family.ALERT, "subject": "i1", "zone": "xq-07",
        "kind": "waterlogging", "time": NOON + timedelta(minutes=minute), "step": number,
        "body": '{"data":{"level":"W4","text":"积水 \\"deep\\" \\\\ \\n x"}}',
    }  # fmt: skip
    return Event(**{**fields, **changes})


@pytest.fixture(scope="session")
def influx_server() -> Iterator[Any]:
    with influxd() as server:
        yield server


@pytest.fixture
def influx_address(influx_server: Influx, request: pytest.FixtureRequest) -> Any:
    # A database of its own for each test.
    name = f"city{abs(hash(request.node.nodeid))}"
    with httpx.Client(base_url=influx_server.url, timeout=10) as client:
        client.post("/query", params={"q": f"CREATE DATABASE {name}"}).raise_for_status()
    return InfluxAddress(influx_server.url, influx_server.token, "-", f"{name}/autogen")


@pytest.fixture(params=["sqlite", pytest.param("influx", marks=pytest.mark.live)])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Opens the same store again and again, as one process after the other does."""
    opened: list[Store] = []
    is_sqlite = request.param == "sqlite"
    address = None if is_sqlite else request.getfixturevalue("influx_address")

    def open_again() -> Store:
        fresh: Store = (
            SqliteStore(tmp_path / "store.sqlite") if address is None else InfluxStore(address)
        )
        opened.append(fresh)
        return fresh

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Callable[[], Store]) -> Any:
    return opener()


def seen(store: Store) -> Any:
    return store.series("xq-07", "water_depth", NOON - timedelta(days=1), NOON + timedelta(days=1))


def test_written_vital_comes_back_whole(store: Store) -> None:
    store.write([a_vital()])
    assert seen(store) == [a_vital()]
    assert store.latest_vitals() == [a_vital()]


def test_what_a_value_says_of_itself_comes_back(store: Store) -> None:
    whole = a_vital(
        quality="suspect", weights={"wl-1": 0.75, "wl-2": 0.25}, rules="testville-1",
        text={"zh": "积水深度 31 cm。", "en": "Water depth 31 cm."},
        at=NOON + timedelta(minutes=1, milliseconds=5400),
    )  # fmt: skip
    store.write([whole])
    assert seen(store) == [whole]


def test_missing_value_comes_back_with_its_reason(store: Store) -> None:
    unknown = a_vital(value=None, level=None, reason="no_data", coverage=0.0, detail={})
    store.write([unknown])
    assert seen(store) == [unknown]


def test_awkward_names_and_texts_come_back_as_they_were(store: Store) -> None:
    awkward = a_vital(zone="路, 口=1 a\\b", unit='°C "x"', reason='a\\b "c",=\n\'d', value=-1e-9)
    store.write([awkward])
    since, until = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
    assert store.series(awkward.zone, awkward.indicator, since, until) == [awkward]


def test_equal_revision_written_twice_stands_once(store: Store) -> None:
    store.write([a_vital()])
    store.write([a_vital()])
    assert seen(store) == [a_vital()]


def test_latest_forecasts_are_the_newest_of_each_sign_and_horizon(store: Store) -> None:
    rows = [
        a_forecast(minute=1), a_forecast(horizon=3600), a_forecast(horizon=1200, skill=None),
        a_forecast(zone="a"), a_forecast(indicator="crowd_density", p_exceed={}, reached_in={}),
    ]  # fmt: skip
    store.write([*rows, a_score(), a_vital()])
    store.write([a_forecast(minute=0, p50=0.3)])
    assert store.latest_forecasts() == [rows[3], rows[4], rows[0], rows[2], rows[1]]
    again = a_forecast(minute=1, p50=0.2)
    store.write([again])
    assert store.latest_forecasts()[2] == again


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("at_once", [True, False])
def test_highest_revision_wins_in_any_order(store: Store, order: Any, at_once: Any) -> None:
    rows = [a_vital(revision=n, value=float(n)) for n in order]
    for batch in [rows] if at_once else [[row] for row in rows]:
        store.write(batch)
    assert seen(store) == [a_vital(revision=2, value=2.0)]


def test_lower_revision_after_reopening_does_not_win(opener: Callable[[], Store]) -> None:
    first = opener()
    first.write([a_vital(revision=1, value=9.0), a_vital(minute=5)])
    first.close()
    second = opener()
    second.write([a_vital(revision=0, value=1.0)])
    assert seen(second) == [a_vital(revision=1, value=9.0), a_vital(minute=5)]


def test_correction_to_na_leaves_no_old_value(store: Store) -> None:
    unknown = a_vital(revision=1, value=None, level=None, reason="low_coverage")
    store.write([a_vital()])
    store.write([unknown])
    assert seen(store) == [unknown]
    assert store.latest_vitals() == [unknown]


def test_latest_is_the_newest_window_per_place_and_sign(store: Store) -> None:
    rows = [
        a_vital(minute=2), a_vital(minute=1), a_vital(indicator="rain_60min", minute=1),
        a_vital(zone="a-town", kind="town", indicator="health_index", value=88.0),
    ]  # fmt: skip
    store.write(rows)
    assert store.latest_vitals() == [rows[3], rows[2], rows[0]]


def test_late_revision_of_an_older_window_is_not_the_latest(store: Store) -> None:
    store.write([a_vital(), a_vital(minute=1)])
    store.write([a_vital(revision=1, value=3.0)])
    assert store.latest_vitals() == [a_vital(minute=1)]
    assert seen(store)[0] == a_vital(revision=1, value=3.0)


def test_series_has_its_first_bound_and_not_its_last(store: Store) -> None:
    store.write([a_vital(minute=n) for n in range(4)])
    found = store.series(
        "xq-07", "water_depth", NOON + timedelta(minutes=1), NOON + timedelta(minutes=3)
    )
    assert found == [a_vital(minute=1), a_vital(minute=2)]


def test_latest_verdicts_are_the_newest_of_each_series_and_the_older_ones_its_history(
    store: Store,
) -> None:
    clear = {"verdict": "clear", "before": "fault", "kind": "", "evidence": [], "text": {}}
    rows = [
        a_verdict(5), a_verdict(65, **clear), a_verdict(quantity="battery"),
        a_verdict(10, terminal="WL-071"), a_verdict(10, zone="a", terminal="WL'07"),
    ]  # fmt: skip
    store.write([*rows, a_forecast(), a_score()])
    store.write([rows[0], a_verdict(6, verdict="event")])
    assert store.latest_verdicts() == [rows[4], rows[2], rows[1], rows[3]]
    assert store.verdicts("WL-07") == [rows[2], rows[0], a_verdict(6, verdict="event"), rows[1]]
    assert store.verdicts("WL'07") == [rows[4]]
    assert store.verdicts("WL-0") == store.verdicts("") == []


def test_scores_keep_the_highest_revision(store: Store) -> None:
    store.write([a_score(revision=1, score=0.9), a_score(revision=0)])
    store.write([a_score(minute=1, score=None, expected=None)])
    store.write([a_score(revision=0)])
    assert store.latest_scores() == [a_score(minute=1, score=None, expected=None)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_newest_event_is_the_state_in_any_order_of_arrival(store: Store, order: Any) -> None:
    events = [an_event(0), an_event(1, minute=3), an_event(2, minute=3, active=False)]
    for number in order:
        store.write([events[number]])
    (state,) = store.alerts(active_only=False)
    assert (state.event, state.since) == (events[2], NOON)
    assert store.alerts(active_only=True) == []


def test_repeated_event_is_kept_once(store: Store) -> None:
    store.write([an_event(0), an_event(0)])
    store.write([an_event(0)])
    assert store.history(Family.ALERT, "i1") == [an_event(0)]


def test_events_of_one_instant_are_all_kept(store: Store) -> None:
    events = [an_event(n) for n in range(4)]
    store.write(events)
    assert store.history(Family.ALERT, "i1") == events


def test_families_of_one_subject_stay_apart(store: Store) -> None:
    order = an_event(1, family=Family.WORKORDER, subject="o1")
    refusal = an_event(2, minute=1, family=Family.REFUSAL, subject="o1", active=False)
    store.write([order, refusal, an_event(3)])
    assert [s.event for s in store.orders(open_only=True)] == [order]
    assert [s.event for s in store.refusals()] == [refusal]
    assert [s.event for s in store.alerts(active_only=True)] == [an_event(3)]
    found = store.order("o1")
    assert found is not None
    assert found.event == order
    assert store.order("o2") is None


def test_states_come_newest_first(store: Store) -> None:
    store.write([an_event(n, minute=n, subject=f"i{n}") for n in (1, 3, 2)])
    assert [s.event.subject for s in store.alerts(active_only=True)] == ["i3", "i2", "i1"]


def test_everything_survives_closing(opener: Callable[[], Store]) -> None:
    first = opener()
    first.write(
        [
            a_vital(),
            a_score(),
            a_forecast(),
            a_verdict(),
            an_event(1),
            an_event(2, family=Family.WORKORDER, subject="o"),
        ]
    )
    first.close()
    again = opener()
    assert again.latest_vitals() == [a_vital()]
    assert again.latest_scores() == [a_score()]
    assert again.latest_forecasts() == [a_forecast()]
    assert again.latest_verdicts() == again.verdicts("WL-07") == [a_verdict()]
    assert [s.event for s in again.alerts(active_only=True)] == [an_event(1)]
    assert again.order("o") is not None
    assert again.identity == first.identity


def test_reader_sees_what_another_process_wrote(opener: Callable[[], Store]) -> None:
    writer, reader = opener(), opener()
    assert reader.latest_vitals() == []
    writer.write([a_vital(), an_event(1)])
    assert reader.series("xq-07", "water_depth", NOON, NOON + timedelta(minutes=1)) == [a_vital()]


def test_empty_batch_changes_nothing(store: Store) -> None:
    store.write([])
    assert store.latest_vitals() == []


def test_closed_store_is_unavailable(opener: Callable[[], Store]) -> None:
    store = opener()
    store.close()
    with pytest.raises(StoreUnavailableError):
        store.write([a_vital()])
