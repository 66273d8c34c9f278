-- Rates by source and sending domain, what comes back, and rows an hour, from which long spans and whole campaigns are read.

-- What a campaign is judged by: the domain of its From address
ALTER TABLE campaign ADD COLUMN sending_domain text NOT NULL
    GENERATED ALWAYS AS (coalesce(lower(substring(content ->> 'fromAddress' FROM '[^@]*$')), '')) STORED;

-- source: the local address; '' for the host's own choice, or for what ended without a path.
-- encryption of the session: tls or plain; '' where it is not known, or there was none.
-- Further outcomes: late-bounce, complaint, unsubscribe and delivered (an event of a relay) are counted in the row of the attempt
-- that was accepted: its minute, ISP, route, port, tls and source. The accepted stay counted; rates subtract.
ALTER TABLE result_rollup ADD COLUMN source text NOT NULL DEFAULT '';
ALTER TABLE result_rollup ADD COLUMN encryption text NOT NULL DEFAULT '';
ALTER TABLE result_rollup DROP CONSTRAINT result_rollup_pkey;
ALTER TABLE result_rollup ADD PRIMARY KEY
    (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category);

ALTER TABLE accept_time_rollup ADD COLUMN source text NOT NULL DEFAULT '';
ALTER TABLE accept_time_rollup DROP CONSTRAINT accept_time_rollup_pkey;
ALTER TABLE accept_time_rollup ADD PRIMARY KEY (campaign_id, minute, isp, route, port, tls, source, bucket);

-- The same an hour; kept by triggers, in the transaction that writes the minutes, whoever writes them
CREATE TABLE result_hour (
    hour        timestamptz NOT NULL,
    campaign_id bigint      NOT NULL,
    isp         text        NOT NULL,
    platform    text        NOT NULL,
    route       text        NOT NULL,
    port        integer     NOT NULL,
    tls         text        NOT NULL,
    source      text        NOT NULL,
    encryption  text        NOT NULL,
    outcome     text        NOT NULL,
    category    text        NOT NULL,
    count       bigint      NOT NULL,
    PRIMARY KEY (campaign_id, hour, isp, platform, route, port, tls, source, encryption, outcome, category)
) WITH (fillfactor = 70);
CREATE INDEX result_hour_hour ON result_hour (hour);

CREATE TABLE accept_time_hour (
    hour        timestamptz NOT NULL,
    campaign_id bigint      NOT NULL,
    isp         text        NOT NULL,
    route       text        NOT NULL,
    port        integer     NOT NULL,
    tls         text        NOT NULL,
    source      text        NOT NULL,
    bucket      smallint    NOT NULL,
    count       bigint      NOT NULL,
    PRIMARY KEY (campaign_id, hour, isp, route, port, tls, source, bucket)
) WITH (fillfactor = 70);
CREATE INDEX accept_time_hour_hour ON accept_time_hour (hour);

-- Refusals an hour by what they said; sample: the words of the first
CREATE TABLE reply_hour (
    hour        timestamptz NOT NULL,
    campaign_id bigint      NOT NULL,
    isp         text        NOT NULL,
    code        smallint    NOT NULL,
    enhanced    text        NOT NULL,
    category    text        NOT NULL,
    outcome     text        NOT NULL,
    sample      text        NOT NULL,
    count       bigint      NOT NULL,
    PRIMARY KEY (campaign_id, hour, isp, code, enhanced, category, outcome)
) WITH (fillfactor = 70);
CREATE INDEX reply_hour_hour ON reply_hour (hour);

-- An upsert fires both the trigger of inserts, with the rows that are new, and the one of updates; rows are taken in the order
-- of the key, so that two nodes cannot deadlock
CREATE FUNCTION add_result_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO result_hour AS t (campaign_id, hour, isp, platform, route, port, tls, source, encryption, outcome, category, count)
    SELECT campaign_id, date_trunc('hour', minute, 'UTC'), isp, platform, route, port, tls, source, encryption, outcome, category,
           sum(count)
      FROM added
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
     ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ON CONFLICT (campaign_id, hour, isp, platform, route, port, tls, source, encryption, outcome, category)
    DO UPDATE SET count = t.count + excluded.count;
    RETURN NULL;
END $$;

CREATE FUNCTION change_result_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO result_hour AS t (campaign_id, hour, isp, platform, route, port, tls, source, encryption, outcome, category, count)
    SELECT campaign_id, date_trunc('hour', minute, 'UTC'), isp, platform, route, port, tls, source, encryption, outcome, category,
           sum(count)
      FROM (SELECT campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category, count FROM changed
            UNION ALL
            SELECT campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category, -count FROM previous)
           AS delta
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    HAVING sum(count) <> 0
     ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ON CONFLICT (campaign_id, hour, isp, platform, route, port, tls, source, encryption, outcome, category)
    DO UPDATE SET count = t.count + excluded.count;
    RETURN NULL;
END $$;

CREATE TRIGGER result_rollup_added AFTER INSERT ON result_rollup
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_result_hours();
CREATE TRIGGER result_rollup_changed AFTER UPDATE ON result_rollup
    REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION change_result_hours();

CREATE FUNCTION add_accept_time_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accept_time_hour AS t (campaign_id, hour, isp, route, port, tls, source, bucket, count)
    SELECT campaign_id, date_trunc('hour', minute, 'UTC'), isp, route, port, tls, source, bucket, sum(count)
      FROM added
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
     ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
    ON CONFLICT (campaign_id, hour, isp, route, port, tls, source, bucket) DO UPDATE SET count = t.count + excluded.count;
    RETURN NULL;
END $$;

CREATE FUNCTION change_accept_time_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accept_time_hour AS t (campaign_id, hour, isp, route, port, tls, source, bucket, count)
    SELECT campaign_id, date_trunc('hour', minute, 'UTC'), isp, route, port, tls, source, bucket, sum(count)
      FROM (SELECT campaign_id, minute, isp, route, port, tls, source, bucket, count FROM changed
            UNION ALL
            SELECT campaign_id, minute, isp, route, port, tls, source, bucket, -count FROM previous) AS delta
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    HAVING sum(count) <> 0
     ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
    ON CONFLICT (campaign_id, hour, isp, route, port, tls, source, bucket) DO UPDATE SET count = t.count + excluded.count;
    RETURN NULL;
END $$;

CREATE TRIGGER accept_time_rollup_added AFTER INSERT ON accept_time_rollup
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_accept_time_hours();
CREATE TRIGGER accept_time_rollup_changed AFTER UPDATE ON accept_time_rollup
    REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION change_accept_time_hours();

-- What was sent before
INSERT INTO result_hour (campaign_id, hour, isp, platform, route, port, tls, source, encryption, outcome, category, count)
SELECT campaign_id, date_trunc('hour', minute, 'UTC'), isp, platform, route, port, tls, source, encryption, outcome, category, sum(count)
  FROM result_rollup GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;
INSERT INTO accept_time_hour (campaign_id, hour, isp, route, port, tls, source, bucket, count)
SELECT campaign_id, date_trunc('hour', minute, 'UTC'), isp, route, port, tls, source, bucket, sum(count)
  FROM accept_time_rollup GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
INSERT INTO reply_hour (campaign_id, hour, isp, code, enhanced, category, outcome, sample, count)
SELECT campaign_id, date_trunc('hour', at, 'UTC'), isp, code, coalesce(enhanced, ''), coalesce(category, ''), outcome,
       coalesce(min(reply), ''), count(*)
  FROM attempt WHERE outcome <> 'accepted' AND code IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7;
