"""The health index (健康指数) of a place, and its roll-up to towns and districts."""
