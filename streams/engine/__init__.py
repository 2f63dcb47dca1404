"""The engine: what one partition does, whoever hosts it. Pure; Faust and replay run it."""
