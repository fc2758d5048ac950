"""What an e-mail address is by its form: of a throw-away service, of a function in a company, or ordinary.

The throw-away services are those of the package `disposable-email-domains`. Fillers such as test@test.fr belong to
`placeholders`.
"""

from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import mapped_once
from pipelines.identifiers.emails import email_parts

_LOCAL_TAG: Final = r"\+.*$"
_JOINERS: Final = ("", ".", "-", "_")
_ROLES: Final = """
    abuse, accounting, accueil, achat, achats, admin, administrateur, administration, administratif, adv, agence,
    assistance, assistante, association, billing, booking, boutique, bureau, cabinet, candidatures, clients,
    commande, commandes, commercial, commerciale, communication, compta, comptabilite, conseil, contact, contacts,
    customer care, customer service, customer support, devis, direction, directeur, do not reply, dpo, drh, dsi, emploi,
    enquiries, equipe, facturation, facture, factures, feedback, finance, finances, formation, gerance, gestion, hello,
    help, helpdesk, hostmaster, hr, human resources, info, information, informations, infos, invoice, invoices, it,
    jobs, juridique, legal, logistique, magasin, mailer daemon, mairie, maintenance, management, marketing, media,
    moderation, ne pas repondre, newsletter, no reply, noc, office, orders, paie, partenaires, partenariat, payroll,
    postmaster, presse, press, privacy, production, qualite, reception, reclamation, reclamations, recrutement,
    redaction, relation client, relations clients, renseignement, renseignements, reservation, reservations,
    ressources humaines, rgpd, rh, root, sales, sav, secretaire, secretariat, security, securite, service, services,
    service client, service clients, service commercial, service comptabilite, service rh, service technique, siege,
    societe, spam, staff, standard, support, syndic, sysadmin, team, technique, unsubscribe, vente, ventes, webmaster,
    www
"""
"""Local parts that belong to a function, not to a person, in French and English; RFC 2142 included."""
ROLES: Final = frozenset(joiner.join(role.split()) for role in _ROLES.split(",") for joiner in _JOINERS)
"""The same, with words joined in every usual way."""


def email_kinds(canonicals: pa.Array) -> pa.Array:
    """`disposable`, `role` or `ordinary` for a column of canonical addresses; NULL where there is none."""
    local, domains = email_parts(canonicals)
    is_tagged = pc.fill_null(pc.match_substring(local, "+"), False)
    untagged = pc.replace_substring_regex(local.filter(is_tagged), _LOCAL_TAG, "")
    is_role = pc.is_in(pc.replace_with_mask(local, is_tagged, untagged), pa.array(sorted(ROLES)))
    kinds = pc.if_else(is_role, "role", "ordinary")
    is_disposable = mapped_once(domains, is_disposable_domain, pa.bool_())
    kinds = pc.if_else(pc.fill_null(is_disposable, False), "disposable", kinds)
    return pc.if_else(pc.is_valid(canonicals), kinds, pa.scalar(None, pa.string()))


def is_disposable_domain(domain: str) -> bool:
    """Whether a domain, or one above it, gives out addresses to throw away."""
    labels = domain.split(".")
    known = _disposable_domains()
    return any(".".join(labels[place:]) in known for place in range(len(labels) - 1))


@cache
def _disposable_domains() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)
