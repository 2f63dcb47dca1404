#!/bin/sh
# Entry point of the broker's container: makes the two accounts from the environment, then runs it.
set -eu

passwords=/mosquitto/data/passwords
[ -f "$passwords" ] || : >"$passwords"
chmod 0600 "$passwords"
mosquitto_passwd -b "$passwords" gateway "$GATEWAY_PASSWORD"
mosquitto_passwd -b "$passwords" terminals "$TERMINALS_PASSWORD"
chown -R mosquitto:mosquitto /mosquitto/data
exec mosquitto -c /mosquitto/config/mosquitto.conf
