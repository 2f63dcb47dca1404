"""Many ways to write the same JSON: numbers, order of keys, white space, whole reception lines."""

import base64
from random import Random

from sensors.line import encode_reception

Fields = list[tuple[str, str]]
"""Key and value, both as they stand in the text."""


def number(random: Random, value: float) -> str:
    """A number of exactly this value in one of the spellings of JSON."""
    plain = repr(value)
    spellings = [plain, f"{value:.17g}", f"{value:.16e}", f"{value:.16E}"]
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
        spellings += ["-0", "-0.0", "0e5", "0.000"]
    if value and value == int(value) and int(value) % 1000 == 0:
        spellings.append(f"{int(value) // 1000}e3")
    return random.choice([s for s in spellings if float(s) == value])


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
    """A JSON array; the unusual one may have white space, line feeds too."""
    if is_usual:
        return ("[" + ",".join(entries) + "]").encode()
    gap = random.choice(["", "", " ", "\t", "\n", "\r\n"])
    outer = random.choice(["", "", "", " ", "\n"])
    return (outer + "[" + gap + f",{gap}".join(entries) + gap + "]" + outer).encode()


def a_line(random: Random, terminal: str, received: float, payload: bytes) -> bytes:
    """The reception line of a payload, as the gateway writes it or as another producer would."""
    if random.random() < 0.85 or b"\n" in payload or b"\r" in payload or not payload:
        return encode_reception(terminal, received, payload)
    stamp = number(random, received)
    escaped = "".join(f"\\u{ord(c):04x}" if random.random() < 0.2 else c for c in terminal)
    where = ("raw", f'"{base64.b64encode(payload).decode()}"')
    if random.random() < 0.7:
        where = ("pack", payload.decode("utf-8", "replace"))
    fields = [("terminal", f'"{escaped}"'), ("received", stamp), where]
    odd = random.choice(["none", "none", "more", "twice", "null", "after"])
    if odd == "more":
        fields.insert(random.randrange(4), ("qos", '{"terminal":"x","pack":[1]}'))
    elif odd == "twice":
        fields.insert(0, random.choice([("received", "12"), ("terminal", '"pack"')]))
    elif odd == "null":
        fields.append(random.choice([("raw", "null"), ("command", "null"), ("oversized", "null")]))
    elif odd == "after":
        fields.append(("received", stamp))
    return an_object(random, fields, is_usual=random.random() < 0.5 or odd == "twice").encode()
