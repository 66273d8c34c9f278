-- What came back after a message was accepted: each mail or event once, whether a delivery was found for it or not. Kept as long
-- as attempts are. Campaigns and deliveries may go before it does

CREATE TABLE feedback (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key           bytea       NOT NULL UNIQUE,             -- SHA-256 of what the mail or event is known by
    at            timestamptz NOT NULL,                    -- when it came in
    source        text        NOT NULL,                    -- smtp, mailbox, webhook, api
    received_from text        NOT NULL,
    kind          text        NOT NULL,
    feedback_type text,                                    -- Feedback-Type of RFC 5965
    delivery_id   bigint,
    campaign_id   bigint,
    matched_by    text        NOT NULL,                    -- return-path, message-id, feedback-id, recipient, none
    trusted       boolean     NOT NULL,                    -- proven by a token that this installation signed
    recipient     text        NOT NULL,                    -- as reported; '' where it names nobody
    status        text,
    reply_code    integer,
    category      text,
    rule          text,
    diagnostic    text        NOT NULL,
    reporting_mta text,
    remote_mta    text,
    effects       text        NOT NULL DEFAULT ''          -- what followed, separated by spaces
);
CREATE INDEX feedback_delivery ON feedback (delivery_id, kind) WHERE delivery_id IS NOT NULL;
CREATE INDEX feedback_campaign ON feedback (campaign_id, id) WHERE campaign_id IS NOT NULL;
CREATE INDEX feedback_at ON feedback (at);

-- The same as before, and what came back
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
        'rejectedImportRows', (SELECT coalesce(jsonb_agg(to_jsonb(i)), '[]') FROM import_reject i
                                WHERE position(of_key IN lower(i.content)) > 0))
$$;
