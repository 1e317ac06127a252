"""mlesmith: raw datasets in; verified competitions, sandboxed agents, ratings and agreement out."""
