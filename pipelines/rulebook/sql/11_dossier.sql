-- the lead dossier: one row per lead use and candidate proof; without a proof its columns are NULL. What is wide is joined
-- before there is a row for each channel
with proven as (
    select
        lead.lead_no,
        proof.proof_no,
        candidate.candidate_count,
        proof.received_at as proof_received_at,
        lead.vendor,
        lead.lead_id,
        lead.delivery_date,
        lead.delivered_at,
        lead.is_delivered_at_assumed,
        lead.used_at,
        lead.used_on,
        lead.known_at,
        lead.is_final,
        lead.audience,
        lead.claimed_basis as delivered_basis,
        lead.collected_at,
        cast(lead.collected_at at time zone 'UTC' at time zone 'Europe/Paris' as date) as collected_on,
        lead.consent_id,
        lead.form_id,
        lead.form_version,
        lead.source_url,
        lead.collector_id,
        lead.product,
        lead.postal_code,
        lead.country,
        lead.job_function,
        lead.email_kind,
        lead.company_siren,
        lead.over_18,
        lead.informed_at_collection,
        lead.optout_offered_at_collection,
        lead.lead_channels,
        lead.invalid_fields,
        coalesce(proof.invalid_fields, cast([] as varchar[])) as proof_invalid_fields,
        case
            when len(lead.invalid_fields) = 0 and len(coalesce(proof.invalid_fields, [])) = 0 then cast([] as varchar[])
            else list_concat(
                list_transform(lead.invalid_fields, lambda field: 'leads.' || field),
                list_transform(coalesce(proof.invalid_fields, []), lambda field: 'consent_proofs.' || field)
            )
        end as unread_fields,
        lead.placeholder_fields,
        lead.unallocated_fields,
        proof.proof_no is not null as has_proof,
        proof.consent_id as proof_consent_id,
        proof.lead_id as proof_lead_id,
        proof.channels as proof_channels,
        proof.decision,
        proof.consent_at,
        candidate.consent_on,
        proof.action,
        proof.box_prechecked,
        proof.consent_text_digest,
        proof.recipients,
        proof.recipient_sirens,
        proof.partner_list_version,
        candidate.names_advertiser,
        proof.goods_services,
        proof.period_end,
        candidate.consent_expires_at,
        proof.consent_at + interval '30' day as consent_thirty_days_at,
        proof.mentions,
        proof.l223_2_notice,
        proof.privacy_notice_version,
        proof.source_url as proof_source_url,
        proof.form_id as proof_form_id,
        proof.form_version as proof_form_version,
        proof.refusal_equal_prominence,
        proof.participation_requires_consent,
        proof.snapshot_uri,
        proof.snapshot_sha256,
        proof.proof_sha256,
        proof.double_optin_sent_at,
        proof.double_optin_confirmed_at,
        proof.requested_at,
        proof.request_object,
        candidate.callback_ends_at,
        proof.collector_id as proof_collector_id,
        proof.chain,
        case
            when not array_contains(proof.invalid_fields, 'chain') then coalesce(proof.has_intermediaries, false)
            when proof.proof_no is null then false
        end as has_intermediaries,
        candidate.email_keys_equal,
        candidate.phone_keys_equal,
        lead.lead_age_limit_at,
        lead.is_consent_of_other_person,
        contradiction.lead_no is not null as has_contradicting_records,
        lead.is_duplicate,
        form.form_id is not null as is_form_reviewed,
        form.text_digest as reviewed_text_digest,
        form.box_prechecked as reviewed_box_prechecked,
        form.refusal_equal_prominence as reviewed_refusal_equal_prominence,
        form.participation_requires_consent as reviewed_participation_requires_consent,
        form.mentions as reviewed_mentions,
        form.names_advertiser as reviewed_names_advertiser,
        form.france_renov_sentence as reviewed_france_renov_sentence,
        form.l223_2_notice as reviewed_l223_2_notice,
        form.informed_art13 as reviewed_informed_art13,
        form.separate_from_terms as reviewed_separate_from_terms,
        form.withdrawal_as_easy as reviewed_withdrawal_as_easy,
        form.named_since as reviewed_named_since
    from judged_leads as lead
    left join candidates as candidate on lead.lead_no = candidate.lead_no
    left join proofs as proof on candidate.proof_no = proof.proof_no
    left join contradictions as contradiction on lead.lead_no = contradiction.lead_no
    left join form_reviews as form
        on lead.contract_digest = form.contract_digest
        and proof.form_id = form.form_id
        and proof.form_version = form.form_version
        and form.reviewed_on <= lead.known_on
)

select
    use.channel,
    proven.* exclude (delivered_basis),
    array_contains(proven.proof_channels, use.channel) as lists_channel,
    terms.mapped_fields,
    case
        when proven.delivered_basis like '%:%' then nullif(
            case use.channel
                when 'email' then regexp_extract(proven.delivered_basis, '(^|[|])email:([a-z0-9_]+)', 2)
                when 'sms' then regexp_extract(proven.delivered_basis, '(^|[|])sms:([a-z0-9_]+)', 2)
                when 'phone' then regexp_extract(proven.delivered_basis, '(^|[|])phone:([a-z0-9_]+)', 2)
                else regexp_extract(proven.delivered_basis, '(^|[|])automated_call:([a-z0-9_]+)', 2)
            end,
            ''
        )
        else proven.delivered_basis
    end as claimed_basis,
    case
        when terms.target_functions is not null then array_contains(terms.target_function_spellings, proven.job_function)
    end as is_target_function,
    terms.vendor_stage,
    terms.is_vendor_live,
    terms.contract_channels,
    terms.contract_bases,
    terms.sector,
    terms.target_functions,
    terms.advertiser_siren,
    terms.is_double_optin_required,
    terms.is_digest_asked,
    case
        when objection.is_refused_by_reference or objection.refused_by_key_at >= coalesce(proven.consent_at, timestamp '-infinity') then true
        when objection.is_perhaps_refused_by_reference or objection.perhaps_refused_by_key_at >= coalesce(proven.consent_at, timestamp '-infinity') then null
        else false
    end as is_refused,
    case
        when objection.is_withdrawn_by_reference or objection.withdrawn_by_key_at >= coalesce(proven.consent_at, timestamp '-infinity') then true
        when objection.is_perhaps_withdrawn_by_reference or objection.perhaps_withdrawn_by_key_at >= coalesce(proven.consent_at, timestamp '-infinity') then null
        else false
    end as is_withdrawn,
    coalesce(opposition.is_opposed, false) as is_opposed,
    opposition.opposition_blame_at,
    coalesce(proven.consent_at > opposition.objected_until, false) as is_consent_after_objection,
    coalesce(proven.names_advertiser and array_contains(proven.proof_channels, use.channel), false)
        as is_consent_for_use,
    case when opposition.lead_no is null then false else opposition.is_opposed_in_other_form end
        as is_opposed_in_other_form
from proven
inner join lead_uses as use on proven.lead_no = use.lead_no
left join objections as objection on use.lead_no = objection.lead_no and use.channel = objection.channel
left join oppositions_met as opposition on use.lead_no = opposition.lead_no and use.channel = opposition.channel
left join (
    select
        *,
        list_has_any(mapped_fields, ['consent_proofs.snapshot_sha256', 'consent_proofs.proof_sha256'])
            as is_digest_asked
    from clocks
) as terms
    on proven.delivery_date = terms.delivery_date and proven.delivered_at = terms.delivered_at
