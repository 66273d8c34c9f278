-- The one rule of who is suppressed: an address by itself, else by its domain or the nearest domain above, without
-- the top-level domain. The planner puts these functions into the query that asks

CREATE FUNCTION covering_domain_suppression(domain text) RETURNS SETOF suppression
LANGUAGE sql STABLE AS $$
    SELECT s.*
      FROM generate_series(1, cardinality(string_to_array(domain, '.')) - 1) AS first
      JOIN suppression s ON s.kind = 'domain'
       AND s.value = array_to_string((string_to_array(domain, '.'))[first:], '.')
     ORDER BY first LIMIT 1
$$;

-- one row or none; the second half costs next to nothing while no domain is suppressed
CREATE FUNCTION covering_suppression(address_key text, domain text) RETURNS SETOF suppression
LANGUAGE sql STABLE AS $$
    SELECT s.* FROM suppression s WHERE s.kind = 'address' AND s.value = address_key
    UNION ALL
    SELECT s.* FROM covering_domain_suppression(domain) AS s
     WHERE EXISTS (SELECT FROM suppression d WHERE d.kind = 'domain')
       AND NOT EXISTS (SELECT FROM suppression a WHERE a.kind = 'address' AND a.value = address_key)
$$;
