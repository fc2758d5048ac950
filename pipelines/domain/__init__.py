"""The inner ring: contracts, identities, intake, verdict semantics, scoring. No Dagster, no SQL database, no clock."""
