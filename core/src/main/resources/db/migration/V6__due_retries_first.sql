-- Retries that are due come before batches that were never sent: a greylisted message is to be offered again at its
-- time, not when the campaign has gone through its list

-- the retries of a campaign and platform are few beside its first batches
CREATE INDEX batch_open_retry ON batch (campaign_id, platform, due_at) WHERE state <> 'done' AND kind <> 'first';

-- The open batches of a campaign and platform whose turn is next, in that order
CREATE FUNCTION next_batches(of_campaign bigint, of_platform text, at timestamptz, ahead integer)
RETURNS SETOF batch LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        (SELECT * FROM batch
          WHERE campaign_id = of_campaign AND platform = of_platform AND state <> 'done'
            AND kind <> 'first' AND due_at <= at
          ORDER BY due_at, id LIMIT ahead)
        UNION ALL
        (SELECT * FROM batch
          WHERE campaign_id = of_campaign AND platform = of_platform AND state <> 'done'
            AND (kind = 'first' OR due_at > at)
          ORDER BY due_at, id LIMIT ahead)) AS next
     ORDER BY kind = 'first' OR due_at > at, due_at, id LIMIT ahead
$$;
