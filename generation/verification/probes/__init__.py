"""Programs that the battery runs inside sandboxes: read as files, never imported with anything of the host's side."""
