"""Many ways to write the same JSON: numbers, texts, order of keys, white space, reception lines."""

import base64
import json
from random import Random

from sensors.line import encode_reception

Fields = list[tuple[str, str]]
"""Key and value, both as they stand in the text."""


def number(random: Random, value: float) -> str:
    """A number of exactly this value in one of the spellings of JSON."""
    plain = repr(value)
    spellings = [plain, plain, f"{value:.17g}", f"{value:.16e}", f"{value:.16E}", f"{value:.30f}"]
    if "e" not in plain:
        spellings.append(plain + "0" if "." in plain else plain + ".00")
        digits = plain.replace(".", "").replace("-", "")
        point = plain.lstrip("-").find(".")
        sign = "-" if plain.startswith("-") else ""
        if point > 0 and digits[0] != "0":
            spellings.append(f"{sign}{digits[0]}.{digits[1:]}E+0{point - 1}")
    if value == int(value) and abs(value) < 2**53:
        spellings += [str(int(value)), f"{int(value)}e0", f"{int(value)}E-0", f"{int(value)}.0"]
    if value == 0:
        spellings += ["-0", "-0.0", "0e5", "0.000", "1e-400", "-1E-999"]
    if value and value == int(value) and int(value) % 1000 == 0:
        spellings.append(f"{int(value) // 1000}e3")
    return random.choice([s for s in spellings if float(s) == value])


def any_number(random: Random, low: int, high: int) -> str:
    """A number between two whole numbers with up to 25 digits after its point."""
    whole = random.randint(low, high - 1)
    digits = "".join(random.choices("0123456789", k=random.choice([1, 3, 9, 15, 17, 19, 25])))
    if whole > 0 and random.random() < 0.3:
        return f"{whole}{digits}{random.choice('eE')}-{len(digits)}"
    return f"{whole}.{digits}"


def text(random: Random, value: str, *, is_usual: bool) -> str:
    """A JSON string; the unusual one may have escapes where none is needed."""
    if is_usual or random.random() < 0.8:
        return json.dumps(value)
    escaped = [
        f"\\u{ord(c):04x}" if random.random() < 0.1 else "\\/" if c == "/" else c for c in value
    ]
    return '"' + "".join(escaped) + '"'


def an_object(random: Random, fields: Fields, *, is_usual: bool) -> str:
    """A JSON object; the usual one has no white space and its keys in the order given."""
    if is_usual:
        return "{" + ",".join(f'"{key}":{value}' for key, value in fields) + "}"
    order = list(fields)
    if random.random() < 0.5:
        random.shuffle(order)
    gap = random.choice(["", "", " ", "\t", "  "])
    return "{" + gap + f",{gap}".join(f'"{k}"{gap}:{gap}{v}' for k, v in order) + gap + "}"


def an_array(random: Random, entries: list[str], *, is_usual: bool) -> bytes:
    """A JSON array; the unusual one may have white space, line feeds too, or a byte-order mark."""
    if is_usual:
        return ("[" + ",".join(entries) + "]").encode()
    gap = random.choice(["", "", " ", "\t", "\n", "\r\n"])
    outer = random.choice(["", "", "", " ", "\n"])
    whole = outer + "[" + gap + f",{gap}".join(entries) + gap + "]" + outer
    return whole.encode(random.choice(["utf-8"] * 20 + ["utf-8-sig", "utf-16"]))


def a_line(random: Random, terminal: str, received: float, payload: bytes) -> bytes:
    """The reception line of a payload, as the gateway writes it or as another producer would."""
    if random.random() < 0.85 or not payload.isascii() or set(payload) & set(b"\r\n\0"):
        return encode_reception(terminal, received, payload)
    where = ("raw", f'"{base64.b64encode(payload).decode()}"')
    if random.random() < 0.7:
        where = ("pack", payload.decode())
    named = ("terminal", text(random, terminal, is_usual=False))
    stamp = ("received", number(random, received))
    odd = {
        "more": ("qos", '{"terminal":"x","pack":[1]}'),
        "earlier": random.choice([("received", "12"), ("terminal", '"pack"')]),
        "null": random.choice([("raw", "null"), ("command", "null"), ("oversized", "null")]),
        "later": stamp,
    }
    how = random.choice(["none", "none", *odd])
    fields = [named, stamp, where]
    if how != "none":
        fields.insert(
            random.randrange(4) if how == "more" else 0 if how == "earlier" else 3, odd[how]
        )
    is_in_order = how == "earlier" or random.random() < 0.5
    return an_object(random, fields, is_usual=is_in_order).encode()
