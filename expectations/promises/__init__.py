"""What we promise of the published tables, one file a subject matter; plain data, no library."""
