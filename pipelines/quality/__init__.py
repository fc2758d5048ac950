"""What the published marts must look like, by Great Expectations: slow to import, so only when it is run."""
