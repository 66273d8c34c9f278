-- Suppressions for one list or one sending domain, with evidence and an end; soft bounces in a row; what was lifted; and the
-- hashes of erased people. What was there before holds for all mail and has no end.

DROP FUNCTION covering_suppression(text, text);
DROP FUNCTION covering_domain_suppression(text);

ALTER TABLE suppression
    ADD COLUMN list_id        bigint,                      -- for mail of this list alone; null: of every list
    ADD COLUMN sending_domain text,                        -- for mail from this domain and those below it; null: from all
    ADD COLUMN evidence       text NOT NULL DEFAULT '',    -- the reply or feedback that it rests on
    ADD COLUMN campaign_id    bigint,
    ADD COLUMN delivery_id    bigint,
    ADD COLUMN expires_at     timestamptz,                 -- from then on it suppresses nobody; null: never
    -- nodes read what changed since they last looked. What a snapshot does not show was written by a transaction that is not
    -- below the snapshot's xmin, so that nothing is missed, in whatever order transactions commit
    ADD COLUMN changed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN changed_by     xid8 NOT NULL DEFAULT pg_current_xact_id(),
    ADD CHECK (list_id IS NULL OR sending_domain IS NULL),
    DROP CONSTRAINT suppression_kind_check,
    ADD CONSTRAINT suppression_kind_check CHECK (kind IN ('address', 'domain', 'hash')),
    DROP CONSTRAINT suppression_kind_value_key;
ALTER TABLE suppression ADD CONSTRAINT suppression_target
    UNIQUE NULLS NOT DISTINCT (kind, value, list_id, sending_domain);
CREATE INDEX suppression_changed ON suppression (changed_by);

-- Every suppression that was lifted, by whom and why; append-only
CREATE TABLE suppression_history (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at             timestamptz NOT NULL,
    action         text        NOT NULL CHECK (action IN ('removed', 'resubscribed')),
    who            text        NOT NULL,
    note           text        NOT NULL,
    kind           text        NOT NULL,
    value          text        NOT NULL,
    list_id        bigint,
    sending_domain text,
    reason         text        NOT NULL,
    source         text        NOT NULL,
    created_at     timestamptz NOT NULL                    -- of the suppression
);
CREATE INDEX suppression_history_value ON suppression_history (value, id);

-- Deliveries to an address that ended in a row with a full mailbox or a refusal of the recipient
CREATE TABLE soft_bounce (
    address_key text PRIMARY KEY,
    category    text        NOT NULL,
    bounces     integer     NOT NULL,
    first_at    timestamptz NOT NULL,
    last_at     timestamptz NOT NULL,
    accepted_at timestamptz                                -- when a delivery to it was last accepted, as known at last_at
) WITH (fillfactor = 70);

-- The key of erased_hash, padded as HMAC wants it (RFC 2104): what is hashed cannot be guessed without this row
CREATE TABLE suppression_key (
    id    boolean PRIMARY KEY DEFAULT true CHECK (id),
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
DO $$
DECLARE
    key bytea := decode(replace(gen_random_uuid()::text || gen_random_uuid() || gen_random_uuid() || gen_random_uuid(), '-', ''), 'hex');
    pad_in bytea := key;
    pad_out bytea := key;
BEGIN
    FOR i IN 0..63 LOOP
        pad_in := set_byte(pad_in, i, get_byte(key, i) # 54);
        pad_out := set_byte(pad_out, i, get_byte(key, i) # 92);
    END LOOP;
    INSERT INTO suppression_key (inner_pad, outer_pad) VALUES (pad_in, pad_out);
END $$;

-- What is kept of an erased address: HMAC-SHA256 of its key, in hexadecimal digits
CREATE FUNCTION erased_hash(address_key text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(outer_pad || sha256(inner_pad || convert_to(address_key, 'UTF8'))), 'hex') FROM suppression_key
$$;

-- Whether a suppression with this scope and end holds for mail of a list from a domain at a time
CREATE FUNCTION suppression_holds(list_id bigint, sending_domain text, expires_at timestamptz,
                                  of_list bigint, from_domain text, at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT (expires_at IS NULL OR expires_at > at) AND (list_id IS NULL OR list_id = of_list)
       AND (sending_domain IS NULL OR sending_domain = from_domain
            OR right(from_domain, length(sending_domain) + 1) = '.' || sending_domain)
$$;

-- The one rule of who is suppressed: an address by itself, else by the hash that is left of it, else by its domain or the
-- nearest domain above, without the top-level domain. The planner puts these functions into the query that asks

CREATE FUNCTION covering_hash_suppression(address_key text, of_list bigint, from_domain text, at timestamptz)
RETURNS SETOF suppression LANGUAGE sql STABLE AS $$
    SELECT s.* FROM suppression s
     WHERE s.kind = 'hash' AND s.value = erased_hash(address_key)
       AND suppression_holds(s.list_id, s.sending_domain, s.expires_at, of_list, from_domain, at) LIMIT 1
$$;

CREATE FUNCTION covering_domain_suppression(domain text, of_list bigint, from_domain text, at timestamptz)
RETURNS SETOF suppression LANGUAGE sql STABLE AS $$
    SELECT s.*
      FROM generate_series(1, cardinality(string_to_array(domain, '.')) - 1) AS first
      JOIN suppression s ON s.kind = 'domain'
       AND s.value = array_to_string((string_to_array(domain, '.'))[first:], '.')
       AND suppression_holds(s.list_id, s.sending_domain, s.expires_at, of_list, from_domain, at)
     ORDER BY first, s.list_id NULLS FIRST, s.sending_domain NULLS FIRST LIMIT 1
$$;

-- one row or none; hashes and domains cost next to nothing while there are none
CREATE FUNCTION covering_suppression(address_key text, domain text, of_list bigint, from_domain text, at timestamptz)
RETURNS SETOF suppression LANGUAGE sql STABLE AS $$
    SELECT (c.found).* FROM (
        (SELECT s AS found, 1 AS rank FROM suppression s
          WHERE s.kind = 'address' AND s.value = address_key
            AND suppression_holds(s.list_id, s.sending_domain, s.expires_at, of_list, from_domain, at)
          ORDER BY s.list_id NULLS FIRST, s.sending_domain NULLS FIRST LIMIT 1)
        UNION ALL
        SELECT h, 2 FROM covering_hash_suppression(address_key, of_list, from_domain, at) AS h
         WHERE EXISTS (SELECT FROM suppression WHERE kind = 'hash')
        UNION ALL
        SELECT d, 3 FROM covering_domain_suppression(domain, of_list, from_domain, at) AS d
         WHERE EXISTS (SELECT FROM suppression WHERE kind = 'domain')) AS c
     ORDER BY c.rank LIMIT 1
$$;

-- Privacy: everything about one recipient ------------------------------------------------------

-- The deliveries of a recipient, by any spelling that its lists or earlier deliveries know
CREATE FUNCTION deliveries_of(of_key text, written text) RETURNS SETOF delivery LANGUAGE sql STABLE AS $$
    SELECT d.* FROM delivery d
     WHERE lower(d.address) IN (
               SELECT lower(r.address) FROM recipient r WHERE r.address_key = of_key
               UNION SELECT of_key UNION SELECT lower(written))
$$;

CREATE INDEX recipient_key ON recipient (address_key);

CREATE FUNCTION recipient_data(of_key text, written text) RETURNS jsonb LANGUAGE sql STABLE AS $$
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
                                              FROM attempt a WHERE a.delivery_id = d.id)) ORDER BY d.id), '[]')
                         FROM deliveries_of(of_key, written) d JOIN campaign c ON c.id = d.campaign_id),
        'rejectedImportRows', (SELECT coalesce(jsonb_agg(to_jsonb(i)), '[]') FROM import_reject i
                                WHERE position(of_key IN lower(i.content)) > 0))
$$;

-- Takes an address out of all tables. The text of every table that has no index by it is read through, so that those that
-- are added later are covered: an address is replaced by [erased]
CREATE FUNCTION erase_recipient(of_key text, written text, who text, at timestamptz,
                                OUT recipients bigint, OUT deliveries bigint, OUT others bigint)
LANGUAGE plpgsql AS $$
DECLARE
    spellings text[];
    pattern text;
    ids bigint[];
    found bigint;
    col record;
BEGIN
    SELECT array_agg(DISTINCT address) INTO spellings FROM (
        SELECT lower(r.address) AS address FROM recipient r WHERE r.address_key = of_key
        UNION SELECT lower(d.address) FROM deliveries_of(of_key, written) AS d
        UNION SELECT of_key UNION SELECT lower(written)) AS s;
    -- not a part of a longer address
    SELECT '(?<![[:alnum:].+_-])(' || string_agg(regexp_replace(s, '([][\\^$.|?*+(){}])', '\\\1', 'g'), '|')
           || ')(?![[:alnum:]-]|\.[[:alnum:]])'
      INTO pattern FROM unnest(spellings) AS s;
    SELECT coalesce(array_agg(id), '{}') INTO ids FROM deliveries_of(of_key, written);

    INSERT INTO suppression (kind, value, reason, source, created_at)
    VALUES ('hash', erased_hash(of_key), 'erased', who, at) ON CONFLICT DO NOTHING;
    DELETE FROM suppression WHERE kind = 'address' AND value = of_key;
    GET DIAGNOSTICS others = ROW_COUNT;
    DELETE FROM soft_bounce WHERE address_key = of_key;
    GET DIAGNOSTICS found = ROW_COUNT;
    others := others + found;
    UPDATE suppression_history SET kind = 'hash', value = erased_hash(of_key) WHERE kind = 'address' AND value = of_key;
    GET DIAGNOSTICS found = ROW_COUNT;
    others := others + found;

    DELETE FROM recipient WHERE address_key = of_key;
    GET DIAGNOSTICS recipients = ROW_COUNT;
    UPDATE delivery SET address = '' WHERE id = ANY (ids);
    GET DIAGNOSTICS deliveries = ROW_COUNT;
    UPDATE attempt SET reply = regexp_replace(reply, pattern, '[erased]', 'gi')
     WHERE delivery_id = ANY (ids) AND reply ~* pattern;
    GET DIAGNOSTICS found = ROW_COUNT;
    others := others + found;

    FOR col IN
        SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
          JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
           AND c.data_type IN ('text', 'character varying', 'jsonb', 'json') AND c.is_generated = 'NEVER'
           -- not the partitions beside their table, and not what is of those who run the campaigns
           AND c.table_name !~ '^(qrtz_|flyway_|attempt(_|$)|path_failure_|campaign$|template$|relay$|port_policy)'
           AND NOT (c.table_name = 'recipient' AND c.column_name <> 'attributes')
           AND NOT (c.table_name = 'delivery' AND c.column_name <> 'held_because')
    LOOP
        EXECUTE format('UPDATE %I SET %I = regexp_replace(%I::text, $1, ''[erased]'', ''gi'')::%s WHERE %I::text ~* $1',
                       col.table_name, col.column_name, col.column_name, col.data_type, col.column_name)
          USING pattern;
        GET DIAGNOSTICS found = ROW_COUNT;
        others := others + found;
    END LOOP;
END $$;
