-- The same, by all spellings that an erasure finds, those of deliveries too
CREATE OR REPLACE FUNCTION recipient_data(of_key text, written text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'address', of_key,
        'lists', (SELECT coalesce(jsonb_agg(to_jsonb(r) || jsonb_build_object('list', l.name) ORDER BY r.id), '[]')
                    FROM recipient r LEFT JOIN mailing_list l ON l.id = r.list_id WHERE r.address_key = of_key),
        'suppressions', (SELECT coalesce(jsonb_agg(to_jsonb(s) - 'changed_by' - 'changed_at' ORDER BY s.id), '[]')
                           FROM suppression s WHERE s.kind = 'address' AND s.value = of_key
                              OR s.kind = 'hash' AND s.value = erased_hash(of_key)),
        'liftedSuppressions', (SELECT coalesce(jsonb_agg(to_jsonb(h) ORDER BY h.id), '[]')
                                 FROM suppression_history h WHERE h.value = of_key),
        'softBounces', (SELECT coalesce(jsonb_agg(to_jsonb(b)), '[]') FROM soft_bounce b WHERE b.address_key = of_key),
        'deliveries', (SELECT coalesce(jsonb_agg(to_jsonb(d) || jsonb_build_object(
                           'campaign', c.name,
                           'attemptsMade', (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.at), '[]')
                                              FROM attempt a WHERE a.delivery_id = d.id),
                           'feedback', (SELECT coalesce(jsonb_agg(to_jsonb(f) - 'key' ORDER BY f.id), '[]')
                                          FROM feedback f WHERE f.delivery_id = d.id)) ORDER BY d.id), '[]')
                         FROM deliveries_of(of_key, written) d JOIN campaign c ON c.id = d.campaign_id),
        'otherFeedback', (SELECT coalesce(jsonb_agg(to_jsonb(f) - 'key' ORDER BY f.id), '[]') FROM feedback f
                           WHERE f.delivery_id IS NULL
                             AND lower(f.recipient) IN (
                                     SELECT lower(r.address) FROM recipient r WHERE r.address_key = of_key
                                     UNION SELECT lower(d.address) FROM deliveries_of(of_key, written) AS d
                                     UNION SELECT of_key UNION SELECT lower(written))),
        'rejectedImportRows', (SELECT coalesce(jsonb_agg(to_jsonb(i)), '[]') FROM import_reject i
                                WHERE position(of_key IN lower(i.content)) > 0))
$$;
