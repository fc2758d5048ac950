"""What is encrypted or keyed, and with which secrets: the vault, seals, identity keys.

Changing a secret is in `upkeep.rotation`; hashing in `identifiers.keyed_hashes`.

- `age`: the age format (age-encryption.org, version 1): identities, encrypting, and clear bytes as a stream
- `identity_keys`: which secrets key what is stored: noted at first use, compared at every start
- `kept_files`: delivered files as they were taken in, kept where no vendor writes
- `keys`: secrets of the house: made when first needed, kept in `keys/` with mode 0600
- `seal_health`: whether delivered files that we encrypted open to the bytes they were taken in with
- `seals`: sealed files: delivered files encrypted where they lie, read back without clear bytes on the disk
- `vault`: the vault: the only place that keeps leads' identifiers after the intake, encrypted to the house's age key
- `vault_readings`: the log of readings: who asked the vault for a person's identifiers, when, and what for
"""
