"""Show runs to people: pages, charts, tables."""
