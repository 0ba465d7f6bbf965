"""From reads to features, counts and lineages, by the field's own tools."""
