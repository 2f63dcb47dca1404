"""The same work on other engines: count, sum, least and largest per zone and quantity and 10 s.

Each is a program of its own: `python -m streams.bench.peers.NAME KAFKA PACKS SECONDS` reads the
topic `packs` until it has had PACKS packs or SECONDS have passed since the first.
"""
