-- One form by which an address is known everywhere, and an erasure in steps that end however much there is.

-- The key of the address, where it is not just the address in lower case: international domains, quoted local parts. The
-- recipient's row, from which it comes, may go before the delivery does
ALTER TABLE delivery ADD COLUMN address_key text;
UPDATE delivery d
   SET address_key = k.key
  FROM (SELECT o.id, coalesce(r.address_key, lower(regexp_replace(o.address, '@[^@]*$', '')) || '@' || o.domain) AS key
          FROM delivery o LEFT JOIN recipient r ON r.id = o.recipient_id
         WHERE o.address <> '') AS k
 WHERE d.id = k.id AND k.key <> lower(d.address);
DROP INDEX delivery_address;
CREATE INDEX delivery_address ON delivery ((coalesce(address_key, lower(address))));

-- The deliveries of a recipient, however they spell it
CREATE OR REPLACE FUNCTION deliveries_of(of_key text, written text) RETURNS SETOF delivery LANGUAGE sql STABLE AS $$
    SELECT d.* FROM delivery d WHERE coalesce(d.address_key, lower(d.address)) IN (of_key, lower(written))
$$;

-- Suppressions that an erasure wrote over while an unsubscription or a bounce was under way name nobody
DELETE FROM suppression WHERE kind = 'address' AND position('[erased]' IN value) > 0;

DROP FUNCTION erase_recipient(text, text, text, timestamptz);

-- The first step: from here on nothing writes the address any more. Returns its spellings, in lower case
CREATE FUNCTION erase_begin(of_key text, written text, who text, at timestamptz) RETURNS SETOF text
LANGUAGE sql VOLATILE AS $$
    INSERT INTO suppression (kind, value, reason, source, created_at)
    VALUES ('hash', erased_hash(of_key), 'erased', who, at) ON CONFLICT DO NOTHING;
    SELECT lower(r.address) FROM recipient r WHERE r.address_key = of_key
     UNION SELECT lower(d.address) FROM deliveries_of(of_key, written) AS d
     UNION SELECT of_key UNION SELECT lower(written)
$$;

-- Finds the spellings of an address, not as parts of a longer one
CREATE FUNCTION address_pattern(spellings text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT '(?<![[:alnum:].+_-])(' || string_agg(regexp_replace(s, '([][\\^$.|?*+(){}])', '\\\1', 'g'), '|')
           || ')(?![[:alnum:]-]|\.[[:alnum:]])'
      FROM unnest(spellings) AS s
$$;

-- The columns whose text is read through, so that tables that are added later are covered. Not the partitions beside their
-- table, not what is of those who run the campaigns, and not what is found by an index
CREATE FUNCTION erasable_columns() RETURNS TABLE (of_table text, of_column text, of_type text) LANGUAGE sql STABLE AS $$
    SELECT c.table_name::text, c.column_name::text, c.data_type::text FROM information_schema.columns c
      JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
       AND c.data_type IN ('text', 'character varying', 'jsonb', 'json') AND c.is_generated = 'NEVER'
       AND c.table_name !~ '^(qrtz_|flyway_|attempt(_|$)|path_failure_|campaign$|template$|relay$|port_policy|soft_bounce$)'
       AND NOT (c.table_name = 'recipient' AND c.column_name <> 'attributes')
       AND NOT (c.table_name = 'delivery' AND c.column_name <> 'held_because')
       AND NOT (c.table_name IN ('suppression', 'suppression_history') AND c.column_name IN ('kind', 'value'))
$$;

-- The tables that have such columns, with the pages of the largest of their partitions
CREATE FUNCTION erasable_tables() RETURNS TABLE (of_table text, pages bigint) LANGUAGE sql STABLE AS $$
    SELECT e.of_table,
           (SELECT coalesce(max(pg_relation_size(p.relid)), 0) FROM pg_partition_tree(to_regclass(quote_ident(e.of_table))) p
             WHERE p.isleaf) / current_setting('block_size')::bigint
           + pg_relation_size(to_regclass(quote_ident(e.of_table))) / current_setting('block_size')::bigint
      FROM (SELECT DISTINCT c.of_table FROM erasable_columns() AS c) AS e
     ORDER BY e.of_table
$$;

-- Replaces the spellings by [erased] in the text of a span of a table's pages. The cheap search comes first: it spares nearly
-- every row the expression
CREATE FUNCTION erase_text(in_table text, spellings text[], from_page bigint, to_page bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    changes text;
    whole text;
    found bigint;
BEGIN
    SELECT string_agg(format('%I = regexp_replace(%I::text, $1, ''[erased]'', ''gi'')::%s', of_column, of_column, of_type), ', '),
           'concat_ws(E''\n'', ' || string_agg(format('%I', of_column), ', ') || ')'
      INTO changes, whole
      FROM erasable_columns() WHERE of_table = in_table;
    EXECUTE format('UPDATE %I SET %s WHERE ctid >= ''(%s,0)'' AND ctid < ''(%s,0)'' AND lower(%s) LIKE ANY ($2) AND %s ~* $1',
                   in_table, changes, from_page, to_page, whole, whole)
      USING address_pattern(spellings),
            ARRAY(SELECT '%' || regexp_replace(s, '([\\%_])', '\\\1', 'g') || '%' FROM unnest(spellings) AS s);
    GET DIAGNOSTICS found = ROW_COUNT;
    RETURN found;
END $$;

-- The last step: what an index finds. The deliveries come first, as everywhere: whoever holds one of them has written what it
-- will write, and the statements after that see it
CREATE FUNCTION erase_rows(of_key text, written text, spellings text[],
                           OUT recipients bigint, OUT deliveries bigint, OUT others bigint)
LANGUAGE plpgsql AS $$
DECLARE
    pattern text := address_pattern(spellings);
    ids bigint[];
    found bigint;
BEGIN
    SELECT coalesce(array_agg(locked.id), '{}') INTO ids
      FROM (SELECT d.id FROM delivery d WHERE coalesce(d.address_key, lower(d.address)) IN (of_key, lower(written))
             ORDER BY d.id FOR UPDATE) AS locked;
    UPDATE delivery SET address = '', address_key = NULL,
                        held_because = regexp_replace(held_because, pattern, '[erased]', 'gi')
     WHERE id = ANY (ids);
    GET DIAGNOSTICS deliveries = ROW_COUNT;
    UPDATE attempt SET reply = regexp_replace(reply, pattern, '[erased]', 'gi')
     WHERE delivery_id = ANY (ids) AND reply ~* pattern;
    GET DIAGNOSTICS others = ROW_COUNT;
    UPDATE feedback SET recipient = '', diagnostic = regexp_replace(diagnostic, pattern, '[erased]', 'gi')
     WHERE delivery_id = ANY (ids) AND (recipient <> '' OR diagnostic ~* pattern);
    GET DIAGNOSTICS found = ROW_COUNT;
    others := others + found;

    DELETE FROM recipient WHERE address_key = of_key;
    GET DIAGNOSTICS recipients = ROW_COUNT;
    DELETE FROM suppression WHERE kind = 'address' AND value = of_key;
    GET DIAGNOSTICS found = ROW_COUNT;
    others := others + found;
    DELETE FROM soft_bounce WHERE address_key = of_key;
    GET DIAGNOSTICS found = ROW_COUNT;
    others := others + found;
    UPDATE suppression_history SET kind = 'hash', value = erased_hash(of_key) WHERE kind = 'address' AND value = of_key;
    GET DIAGNOSTICS found = ROW_COUNT;
    others := others + found;
END $$;
