"""Every personal value of a sample market: what a search for leaks looks for."""

from pipelines.simulation.market import Market
from pipelines.simulation.market_facts import Bad, Filler, Said


def personal_values(market: Market) -> frozenset[str]:
    """Every direct identifier delivered: e-mails and phones as written, as meant and hashed, last names, addresses."""
    found: set[str] = set()
    for delivery in market.deliveries:
        for row in (row for file in delivery.files for row in file.rows):
            for name in ("email", "phone", "email_sha256", "phone_sha256", "last_name", "ip"):
                value = row.values.get(name)
                if isinstance(value, Filler):
                    continue
                if isinstance(value, Said):
                    found |= {value.text.strip(), value.meaning}
                elif isinstance(value, Bad):
                    found.add(str(value.text))
                elif isinstance(value, str):
                    found.add(value)
    for opposition in market.oppositions:
        found |= {opposition.identifier.text.strip(), opposition.identifier.meaning}
    return frozenset(value for value in found if len(value) >= 7 and value not in ("non communiqué", "0000000000"))
