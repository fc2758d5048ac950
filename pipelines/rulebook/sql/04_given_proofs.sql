-- by what leads find every given proof: narrow, since it is kept
select proof_no, consent_reference, lead_reference, email_key, phone_key, received_at, known_until
from proofs
where decision = 'given'
