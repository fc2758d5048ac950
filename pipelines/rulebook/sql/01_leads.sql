-- every accepted lead of the vendor, read from large files anew by each statement: wide rows take longer to keep than to
-- read. Numbers follow the file's, and the row
select
    files.file_no * 4294967296 + lead.row_number as lead_no,
    lead.* exclude (file_digest, row_number, sheet_row, answers, probe_keys, contained_keys),
    terms.delivery_date is not null as is_judged,
    case
        when lead.audience is null then 'consumer'
        when lead.audience <> 'consumer' and lead.company_siren is null then 'consumer'
        else lead.audience
    end as judged_audience
from all_leads as lead
inner join lead_files as files
    on lead.delivery_date = files.delivery_date and lead.file_digest = files.file_digest
left join terms
    on lead.delivery_date = terms.delivery_date
