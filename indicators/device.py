"""Devices: how many of a place's terminals are alive."""

from indicators.vital_sign import Basis, Inputs, Level, Measure, VitalSign

STALE_FACTOR = 3.0
STALE_FLOOR_S = 120.0
"""A terminal is stale after max(3 × cadence, 120 s) without a reading [D]."""

AVAILABILITY_LEVELS = (
    Level("D3", 0.95, "个别设备离线", "some devices down", "blue"),
    Level("D2", 0.60, "多台设备离线", "many devices down", "orange"),
    Level("D1", 0.20, "设备基本离线", "nearly all devices down", "red"),
)


def device_availability(inputs: Inputs) -> Measure:
    """Share of the place's terminals that reported lately, 0–1."""
    if not inputs.heard:
        return Measure(None, "no_terminals")
    end = inputs.end
    down = sorted(
        terminal
        for terminal, (newest, cadence) in inputs.heard.items()
        if newest is None or newest < end - 1000 * max(STALE_FACTOR * cadence, STALE_FLOOR_S)
    )
    share = 1 - len(down) / len(inputs.heard)
    return Measure(share, detail={"terminals": len(inputs.heard), "down": down[:20]})


DEVICE_SIGNS = (
    VitalSign(
        id="device_availability",
        zh="设备在线率",
        en="Device availability",
        group="devices",
        unit="1",
        basis=Basis.LIVENESS,
        formula=device_availability,
        window_s=300,
        levels=AVAILABILITY_LEVELS,
        descending=True,
        is_scored=False,
        utility=((0.0, 20), (0.5, 50), (0.8, 80), (1.0, 100)),
        source="liveness and levels [D]",
    ),
)
