"""Whether results of several laboratories may be merged, how finely, and the merging."""
