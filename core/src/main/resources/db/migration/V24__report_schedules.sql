-- Reports that are sent at set times, by mail or to a webhook

CREATE TABLE report_schedule (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text        NOT NULL UNIQUE,
    report       text        NOT NULL CHECK (report IN ('campaign', 'all', 'isp', 'ports')),
    campaign_id  bigint      NOT NULL DEFAULT 0,           -- for 'campaign'
    isp          text        NOT NULL DEFAULT '',          -- for 'isp'
    days         integer     NOT NULL DEFAULT 0,           -- length of the span; 0 for 'campaign'
    every        text        NOT NULL CHECK (every IN ('day', 'week', 'month')),
    at           time        NOT NULL,                     -- local time in zone
    day          integer     NOT NULL DEFAULT 0,           -- of the week from Monday, 1, or of the month; 0 for 'day'
    zone         text        NOT NULL,
    mail_from    text        NOT NULL DEFAULT '',
    mail_name    text        NOT NULL DEFAULT '',
    mail_to      text[]      NOT NULL DEFAULT '{}',
    webhook      text        NOT NULL DEFAULT '',
    secret_ref   text        NOT NULL DEFAULT '',          -- env:NAME or file:PATH, never the secret
    enabled      boolean     NOT NULL,
    next_run     timestamptz,                              -- null while it is not enabled
    updated_at   timestamptz NOT NULL
);
CREATE INDEX report_schedule_next ON report_schedule (next_run) WHERE next_run IS NOT NULL;

-- Each time that a report was due or asked for. A node claims a run until busy_until; its number of tries rises with each
-- claim, and what is written names it, so that a node that was taken for dead writes nothing
CREATE TABLE report_run (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    schedule_id bigint      NOT NULL REFERENCES report_schedule ON DELETE CASCADE,
    due_at      timestamptz NOT NULL,                      -- the end of what is reported
    cause       text        NOT NULL CHECK (cause IN ('schedule', 'request')),
    state       text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sent', 'failed')),
    tries       integer     NOT NULL DEFAULT 0,
    not_before  timestamptz NOT NULL,
    busy_until  timestamptz NOT NULL,
    node        text        NOT NULL DEFAULT '',
    outcomes    jsonb       NOT NULL DEFAULT '{"of": {}}', -- what became of it at each address or webhook
    trouble     text        NOT NULL DEFAULT '',
    ended_at    timestamptz
);
CREATE INDEX report_run_schedule ON report_run (schedule_id, id);
CREATE INDEX report_run_open ON report_run (not_before) WHERE state = 'open';
