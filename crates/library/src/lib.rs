//! The catalogue: items, assets, renditions, albums, people's own facts, search.
