"""What another vital sign said last: for signs made of one value of others."""

from indicators.vital_sign import Inputs, Past


def newest(inputs: Inputs, sign: str) -> Past | None:
    """The newest value of a sign in the window, which may be NA; None where there is none."""
    values = inputs.history.get(sign)
    return values[-1] if values else None


def known(inputs: Inputs, sign: str) -> float | None:
    """The newest value of a sign as a number; None where it is NA or there is none."""
    value = newest(inputs, sign)
    return None if value is None else value.value


def why_not(inputs: Inputs, *signs: str) -> str:
    """Why nothing is known of these signs: none of them spoke, or what one of them said was NA."""
    return "source_not_available" if any(map(inputs.history.get, signs)) else "no_data"
