"""Where the series are kept: one small interface, SQLite by default, InfluxDB in production."""
