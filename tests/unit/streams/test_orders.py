"""Work orders: one open order a place and kind, deadlines once, closed by the sensors alone."""

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from anomaly.alert_state import AlertEvent, Change
from anomaly.cap import incident_id
from indicators.timers import Timers
from sensors.city import Zone
from sensors.line import Command
from streams.workorders.cloudevent import OrderWriter
from streams.workorders.dispatch import DispatchTable
from streams.workorders.evidence import MIN_COVERAGE
from streams.workorders.order import OrderEvent, OrderState, Refusal
from streams.workorders.stage import OrdersState, OrderStage
from tests.builders import (
    DEPARTMENTS,
    DISPATCH,
    MINUTE_MS,
    T0_MS,
    WATER_LADDER,
    a_city,
    a_rule_set,
    a_terminal,
    a_value,
    some_deadlines,
)

CITY = a_city(
    [a_terminal("a", "dip"), a_terminal("b", "road")],
    [Zone(id="dip", name="下穿", name_en="Dip"), Zone(id="road", name="路", name_en="Road")],
)
VERIFY_S = 300.0
ORDER = f"wo-{incident_id('waterlogging', 'dip', T0_MS)}"
CLEAR, RAISE = 0.12, 0.15


class Desk:
    """The order stage with its timers; `events` is all that came out."""

    def __init__(self, state=None):
        self.state = state or OrdersState()
        self.timers = Timers()
        table, deadlines = DispatchTable(DISPATCH), some_deadlines(VERIFY_S)
        self.stage = OrderStage(CITY, table, deadlines, self.state, self.timers)
        self.stage.rearm()
        self.events = []

    def reloaded(self):
        """A desk that continues from this one's snapshot."""
        encoded = msgspec.msgpack.encode(self.state)
        return Desk(msgspec.msgpack.decode(encoded, type=OrdersState))

    def _keep(self, events):
        self.events += events
        return events

    def until(self, at):
        out = []
        while (timer := self.timers.next_due(at)) is not None:
            out += self.stage.fire(timer)
        return self._keep(out)

    def alert(self, at, change=Change.RAISED, level=0, onset=T0_MS, zone="dip", value=0.2):
        event = AlertEvent(
            at=at, change=change, kind="waterlogging", zone=zone, onset=onset, number=1,
            level=WATER_LADDER[level], rank=level, threshold=0.15, value=value, window_end=at,
            indicator="water_depth", rule="depth",
        )  # fmt: skip
        return self.until(at) + self._keep(self.stage.on_alert(event, CLEAR, RAISE))

    def command(self, at, action, id_=None, order=ORDER, zone="dip"):
        asked = Command(
            id=id_ or f"{action}-{at}", order=order, zone=zone, action=action, actor="li"
        )
        return self.until(at) + self._keep(self.stage.on_command(at, asked))

    def value(self, minute, value, **changes):
        item = a_value(minute, value, **changes)
        return self.until(item.at) + self._keep(self.stage.on_value(item))

    def changes(self):
        return [str(e.change) if isinstance(e, OrderEvent) else "refused" for e in self.events]


def done_at(minute):
    """A desk whose order has been reported done at a minute."""
    desk = Desk()
    desk.alert(T0_MS)
    for n, action in enumerate(("accept", "start", "done")):
        desk.command(T0_MS + minute * MINUTE_MS + n, action)
    return desk


def test_alert_makes_an_order_and_dispatches_it():
    created, dispatched = Desk().alert(T0_MS)
    assert (created.order.state, dispatched.order.state) == ("new", "dispatched")
    order = dispatched.order
    assert (order.id, order.department, order.copies, order.row) == (
        ORDER,
        "drainage",
        ("town",),
        1,
    )
    assert (order.accept_by, order.done_by) == (T0_MS + 600_000, T0_MS + 3_600_000)
    assert created.reason == {"rule": "depth", "value": 0.2, "threshold": 0.15}


def test_deadlines_run_from_the_time_of_the_alert_message_not_from_event_time():
    created, _ = Desk().alert(T0_MS + 40 * MINUTE_MS, onset=T0_MS)
    assert created.order.created_at == T0_MS + 40 * MINUTE_MS


@pytest.mark.parametrize("change", [c for c in Change if c is not Change.RAISED])
def test_other_messages_make_no_order(change):
    assert Desk().alert(T0_MS, change) == []


def test_second_alert_of_the_place_joins_the_open_order():
    desk = Desk()
    desk.alert(T0_MS)
    (joined,) = desk.alert(T0_MS + 1000, onset=T0_MS + 500)
    assert joined.change == "alert_joined"
    assert len(joined.order.incidents) == 2
    assert len(desk.state.open["dip"]) == 1


def test_escalation_raises_priority_and_sets_new_deadlines():
    desk = Desk()
    desk.alert(T0_MS)
    (event,) = desk.alert(T0_MS + 1000, Change.ESCALATED, level=2)
    assert (event.change, event.order.priority, event.order.level) == (
        "priority_raised",
        "P1",
        "W2",
    )
    assert event.order.accept_by == T0_MS + 1000 + 120_000


def test_easing_lowers_nothing():
    desk = Desk()
    desk.alert(T0_MS, level=2)
    assert desk.alert(T0_MS + 1000, Change.EASED, level=0) == []


def test_unaccepted_order_is_overdue_once():
    desk = Desk()
    desk.alert(T0_MS)
    assert desk.until(T0_MS + 599_999) == []
    assert [e.change for e in desk.until(T0_MS + 600_000)] == ["accept_overdue"]
    assert desk.until(T0_MS + 3_599_999) == []
    assert [e.change for e in desk.until(T0_MS + 9_000_000)] == ["done_overdue"]


def test_deadline_that_two_priorities_share_is_overdue_once():
    desk = Desk()
    desk.alert(T0_MS, level=1)
    desk.alert(T0_MS + 180_000, Change.ESCALATED, level=2)
    assert [e.change for e in desk.until(T0_MS + 300_000)] == ["accept_overdue"]


def test_restored_desk_does_not_repeat_a_deadline():
    desk = Desk()
    desk.alert(T0_MS)
    desk.until(T0_MS + 700_000)
    assert desk.reloaded().until(T0_MS + 800_000) == []


def test_restored_desk_still_keeps_the_deadline_to_come():
    desk = Desk()
    desk.alert(T0_MS)
    assert [e.change for e in desk.reloaded().until(T0_MS + 600_000)] == ["accept_overdue"]


def test_deadline_met_while_verifying_stays_met_after_rework_and_restore():
    desk = done_at(1)
    desk.until(T0_MS + 3_700_000)
    (rework,) = desk.value(70, 0.3)
    assert rework.change == "rework"
    assert desk.until(T0_MS + 9_000_000) == desk.reloaded().until(T0_MS + 9_000_000) == []


def test_commands_lead_from_dispatched_to_verifying():
    states = [e.order.state for e in done_at(1).events]
    assert states == ["new", "dispatched", "accepted", "in_progress", "verifying"]


@pytest.mark.parametrize("action", ["start", "done", "close", "", "ACCEPT"])
def test_command_that_does_not_fit_is_refused_with_the_reason(action):
    desk = Desk()
    desk.alert(T0_MS)
    (refusal,) = desk.command(T0_MS + 1, action)
    assert isinstance(refusal, Refusal)
    assert refusal.reason
    assert desk.state.open["dip"]["waterlogging"].state == "dispatched"


def test_command_for_an_unknown_order_is_refused():
    (refusal,) = Desk().command(T0_MS, "accept")
    assert refusal.reason == "no such open order"


def test_repeated_command_takes_effect_once_and_says_nothing_again():
    desk = Desk()
    desk.alert(T0_MS)
    desk.command(T0_MS + 1, "accept", id_="c")
    assert desk.command(T0_MS + 2, "accept", id_="c") == []
    assert desk.command(T0_MS + 3, "start", id_="c") == []


def test_order_closes_after_the_verify_time_of_clear_evidence():
    desk = done_at(1)
    for minute in range(2, 7):
        assert desk.value(minute, 0.0) == []
    (closed,) = desk.value(7, 0.0)
    assert (closed.order.state, closed.reason["clear_for_s"]) == ("closed", 300)
    assert desk.state.open["dip"] == {}
    (refusal,) = desk.command(T0_MS + 9 * MINUTE_MS, "accept")
    assert refusal.reason == "order is closed"


@pytest.mark.parametrize(("coverage", "closes"), [(0.79, False), (0.8, True)])
def test_clear_values_need_their_coverage(coverage, closes):
    desk = done_at(1)
    for minute in range(2, 20):
        desk.value(minute, 0.0, coverage=coverage)
    assert ("closed" in desk.changes()) == closes


@pytest.mark.parametrize(("value", "closes"), [(0.1199, True), (0.12, False)])
def test_clear_value_itself_is_not_clear(value, closes):
    desk = done_at(1)
    for minute in range(2, 20):
        desk.value(minute, value)
    assert ("closed" in desk.changes()) == closes


@pytest.mark.parametrize(("value", "reworks"), [(0.1499, False), (0.15, True)])
def test_breach_while_verifying_sends_the_order_back(value, reworks):
    desk = done_at(1)
    desk.value(2, value)
    assert ("rework" in desk.changes()) == reworks


def test_order_that_nobody_reported_done_stays_open_however_clear_it_is():
    desk = Desk()
    desk.alert(T0_MS)
    for minute in range(1, 100):
        desk.value(minute, 0.0)
    assert "closed" not in desk.changes()


def test_gap_breaks_the_clear_run():
    desk = done_at(1)
    for minute in (2, 30, 31, 32, 33, 34):
        desk.value(minute, 0.0)
    assert "closed" not in desk.changes()
    desk.value(35, 0.0)
    assert desk.changes()[-1] == "closed"


def test_value_of_another_place_or_sign_is_no_evidence():
    desk = done_at(1)
    for minute in range(2, 20):
        desk.value(minute, 0.0, zone="road")
        desk.value(minute, 0.0, indicator="rain_60min")
    assert "closed" not in desk.changes()


def test_closed_orders_that_are_remembered_are_bounded():
    desk = Desk()
    for n in range(1100):
        desk.state.closed[f"wo-{n}"] = ["x"]
    desk.alert(T0_MS)
    for n, action in enumerate(("accept", "start", "done")):
        desk.command(T0_MS + n + 1, action)
    for minute in range(1, 10):
        desk.value(minute, 0.0)
    assert desk.changes()[-1] == "closed"
    assert len(desk.state.closed) <= 1100


def test_order_is_written_as_a_cloudevent_in_both_languages():
    writer = OrderWriter("sanshui", CITY, DEPARTMENTS, a_rule_set())
    created, dispatched = Desk().alert(T0_MS)
    for number, event in ((1, created), (2, dispatched)):
        body = writer.cloud_event(event)
        state = body["data"]["state"]
        assert body["id"] == f"{ORDER}-{number}"
        assert body["type"] == f"cn.cityvitals.workorder.{state}.v1"
        assert body["data"]["title"] == {"zh": "下穿道路积水", "en": "Road waterlogging, Dip"}
        assert body["data"]["department_name"] == {"zh": "排水", "en": "Drainage"}
        assert body["time"] == "2025-10-09T17:00:00+08:00"
        assert all(name.islower() and len(name) <= 20 for name in body)
        assert body["data"]["history"] == number
    assert writer.cloud_event(dispatched)["data"]["accept_by"] == "2025-10-09T17:10:00+08:00"


def test_refusal_is_written_with_its_reason():
    writer = OrderWriter("sanshui", CITY, DEPARTMENTS, a_rule_set())
    (refusal,) = Desk().command(T0_MS, "accept", id_="c7", zone="nowhere")
    body = writer.refusal(refusal)
    assert body["type"] == "cn.cityvitals.workorder.refused.v1"
    assert body["data"]["command"] == "c7"
    assert body["data"]["reason"]


LEGAL = {
    (None, "new"), ("new", "dispatched"), ("dispatched", "accepted"), ("accepted", "in_progress"),
    ("in_progress", "verifying"), ("verifying", "closed"), ("verifying", "in_progress"),
}  # fmt: skip


class Orders(RuleBasedStateMachine):
    """Alerts, values, commands and time in any order, against what must always hold."""

    @initialize()
    def begin(self):
        self.desk = Desk()
        self.now, self.minute = T0_MS, 0
        self.states, self.numbers, self.overdue = {}, {}, {}
        self.clear_since, self.last, self.command_ids = {}, {}, 0
        self.effective = set()

    def _check(self, events):
        for event in events:
            assert event.at <= self.now
            if isinstance(event, Refusal):
                continue
            order = event.order
            before, after = self.states.get(order.id), str(order.state)
            assert before == after or (before, after) in LEGAL
            self.states[order.id] = after
            assert order.events == self.numbers.get(order.id, 0) + 1
            self.numbers[order.id] = order.events
            if "overdue" in event.change:
                key = (order.id, event.change, event.at)
                assert key not in self.overdue
                self.overdue[key] = True
            if "command" in event.reason:
                taken = (order.id, event.reason["command"])
                assert taken not in self.effective
                self.effective.add(taken)
            if after == "closed":
                since = self.clear_since.get(order.zone)
                assert since is not None
                assert self.last[order.zone] - since >= VERIFY_S * 1000

    @rule(
        minutes=st.sampled_from([0, 1, 1, 2, 12, 90]),
        change=st.sampled_from([Change.RAISED, Change.RAISED, Change.ESCALATED, Change.EASED, Change.CLEARED]),
        level=st.integers(0, 3), zone=st.sampled_from(["dip", "road"]),
    )  # fmt: skip
    def alert(self, minutes, change, level, zone):
        self.now += minutes * MINUTE_MS + 1
        self._check(self.desk.alert(self.now, change, level, self.now, zone))

    @rule(
        minutes=st.sampled_from([1, 1, 1, 2, 3, 4, 30]), zone=st.sampled_from(["dip", "road"]),
        value=st.sampled_from([0.0, 0.0, 0.0, 0.11, 0.13, 0.2, None]),
        coverage=st.sampled_from([1.0, 1.0, MIN_COVERAGE, 0.79]), repeat=st.integers(1, 7),
    )  # fmt: skip
    def values(self, minutes, zone, value, coverage, repeat):
        for _ in range(repeat):
            self.minute = max(self.minute, (self.now - T0_MS) // MINUTE_MS) + minutes
            item = a_value(self.minute, value, zone=zone, coverage=coverage)
            self.now = item.at
            gap = item.window_end - self.last.get(zone, item.window_end) > 3 * MINUTE_MS
            if value is None or coverage < MIN_COVERAGE or value >= CLEAR:
                self.clear_since[zone] = None
            elif self.clear_since.get(zone) is None or gap:
                self.clear_since[zone] = item.window_end
            self.last[zone] = item.window_end
            self._check(self.desk.value(self.minute, value, zone=zone, coverage=coverage))

    @rule(
        action=st.sampled_from(["accept", "start", "done", "nonsense"]), again=st.booleans(),
        zone=st.sampled_from(["dip", "road"]),
    )  # fmt: skip
    def command(self, action, again, zone):
        self.now += 1
        self.command_ids += not again
        open_orders = self.desk.state.open.get(zone, {}).values()
        order = next((o.id for o in open_orders), "wo-none")
        self._check(self.desk.command(self.now, action, f"c{self.command_ids}", order, zone))

    @rule(zone=st.sampled_from(["dip", "road"]))
    def handle(self, zone):
        """The whole way of an order to `done`."""
        for action in ("accept", "start", "done"):
            self.command(action, again=False, zone=zone)

    @rule()
    def restart(self):
        self.desk = self.desk.reloaded()

    @invariant()
    def one_open_order_a_place_and_kind(self):
        for zone, orders in self.desk.state.open.items():
            for kind, order in orders.items():
                assert (order.zone, order.kind) == (zone, kind)
                assert order.state not in (OrderState.CLOSED, OrderState.NEW)
                assert self.states[order.id] == order.state


Orders.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestOrders = Orders.TestCase


def test_matter_that_worsens_late_never_gets_more_time():
    desk = Desk()
    (_, dispatched) = desk.alert(T0_MS)
    *_, raised = desk.alert(T0_MS + 50 * MINUTE_MS, Change.ESCALATED, level=1)
    assert raised.change == "priority_raised"
    assert raised.order.done_by <= dispatched.order.done_by


def test_evidence_from_before_done_closes_nothing_and_sends_nothing_back():
    desk = done_at(30)
    for minute in range(10, 30):
        assert desk.value(minute, 0.0) == []
    assert desk.value(20, 0.3) == []
    assert [e.change for e in desk.value(31, 0.0)] == ["closed"]


def test_repeated_command_after_closing_says_nothing():
    desk = done_at(0)
    for minute in range(1, 8):
        desk.value(minute, 0.0)
    assert desk.changes()[-1] == "closed"
    assert desk.command(T0_MS + 9 * MINUTE_MS, "done", id_=f"done-{T0_MS + 2}") == []
    assert desk.command(T0_MS + 9 * MINUTE_MS, "done")[0].reason == "order is closed"
