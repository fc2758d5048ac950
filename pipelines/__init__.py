"""Everything but the asset definitions: domain, rulebook, adapters, simulation and orchestration, in rings."""
