-- The model: lists, suppressions, templates, campaigns, port policy, deliveries, attempts, rollups, access.
-- Times are timestamptz; identifiers are identities, so they are ordered by time of creation.

CREATE TYPE campaign_state AS ENUM ('draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled');
CREATE TYPE delivery_state AS ENUM ('planned', 'accepted', 'bounced', 'expired', 'suppressed', 'cancelled');
CREATE TYPE batch_state AS ENUM ('queued', 'claimed', 'done');

-- Lists and recipients -------------------------------------------------------------------------

CREATE TABLE mailing_list (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text        NOT NULL UNIQUE,
    description text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE recipient (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list_id     bigint      NOT NULL,                      -- of mailing_list; see below
    address     text        NOT NULL,                      -- as written
    address_key text        NOT NULL,                      -- normalised for comparison
    domain      text        NOT NULL,                      -- A-labels, lower case
    attributes  jsonb       NOT NULL DEFAULT '{}',
    import_id   bigint,                                    -- the last import whose file had it
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),        -- when address or attributes last changed
    UNIQUE (list_id, address_key)
);
-- A foreign key would check every row of an import for itself, at a quarter of its cost. Whoever adds recipients
-- locks the list once a transaction (FOR KEY SHARE); whoever deletes a list locks it FOR UPDATE and deletes them.
-- planning reads a list in order of id, in chunks
CREATE INDEX recipient_list ON recipient (list_id, id);

CREATE TABLE import_job (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list_id        bigint      NOT NULL REFERENCES mailing_list ON DELETE CASCADE,
    file_name      text        NOT NULL,
    state          text        NOT NULL CHECK (state IN ('running', 'finished', 'failed')),
    bytes_total    bigint,                                 -- null when the sender did not say
    bytes_read     bigint      NOT NULL DEFAULT 0,
    rows_read      bigint      NOT NULL DEFAULT 0,
    rows_created   bigint      NOT NULL DEFAULT 0,
    rows_updated   bigint      NOT NULL DEFAULT 0,
    rows_unchanged bigint      NOT NULL DEFAULT 0,
    rows_duplicate bigint      NOT NULL DEFAULT 0,         -- the same address again in this file
    rows_rejected  bigint      NOT NULL DEFAULT 0,
    error          text,
    started_at     timestamptz NOT NULL,
    finished_at    timestamptz
);

CREATE TABLE import_reject (
    import_id bigint NOT NULL REFERENCES import_job ON DELETE CASCADE,
    line      bigint NOT NULL,                             -- where the row starts in the file, 1 is the header
    reason    text   NOT NULL,
    content   text   NOT NULL,                             -- the row as read, cut to 1,000 characters
    PRIMARY KEY (import_id, line)
);

-- What a recipient's domain was last resolved to
CREATE TABLE recipient_domain (
    domain      text PRIMARY KEY,
    isp         text        NOT NULL,
    platform    text        NOT NULL,
    basis       text        NOT NULL,
    resolved_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);

CREATE TABLE suppression (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text        NOT NULL CHECK (kind IN ('address', 'domain')),
    value      text        NOT NULL,                       -- an address key, or a domain in A-labels
    reason     text        NOT NULL,
    source     text        NOT NULL,
    note       text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, value)
);

-- Campaigns ------------------------------------------------------------------------------------

CREATE TABLE template (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text        NOT NULL UNIQUE,
    subject    text        NOT NULL,
    html       text        NOT NULL DEFAULT '',
    body_text  text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE campaign (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name            text           NOT NULL,
    state           campaign_state NOT NULL DEFAULT 'draft',
    revision        integer        NOT NULL DEFAULT 1,     -- rises with every change, for optimistic updates
    list_id         bigint         REFERENCES mailing_list ON DELETE SET NULL,
    template_id     bigint         REFERENCES template ON DELETE SET NULL,
    content         jsonb          NOT NULL,               -- CampaignContent; a template is copied in when scheduled
    send_window     jsonb,                                 -- SendWindow, null: always
    launch_at       timestamptz,
    launched_at     timestamptz,
    planned_through bigint         NOT NULL DEFAULT 0,     -- the last recipient id planned
    planned_at      timestamptz,                           -- when planning was complete
    ended_at        timestamptz,
    created_at      timestamptz    NOT NULL DEFAULT now(),
    updated_at      timestamptz    NOT NULL DEFAULT now()
);

-- How many recipients of each ISP a campaign has; written by planning
CREATE TABLE campaign_isp (
    campaign_id bigint NOT NULL REFERENCES campaign ON DELETE CASCADE,
    isp         text   NOT NULL,
    platform    text   NOT NULL,
    recipients  bigint NOT NULL,
    PRIMARY KEY (campaign_id, isp, platform)
);

-- Routes and port policy -----------------------------------------------------------------------

CREATE TABLE relay (
    name       text PRIMARY KEY,
    host       text        NOT NULL,
    username   text        NOT NULL DEFAULT '',
    secret_ref text        NOT NULL DEFAULT '',            -- env:NAME or file:PATH, never the secret
    ports      jsonb       NOT NULL,                       -- [{"port": 587, "tls": "starttls"}]
    source     text        NOT NULL CHECK (source IN ('configuration', 'api')),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE port_policy (
    version    integer PRIMARY KEY,
    document   jsonb       NOT NULL,
    author     text        NOT NULL,
    note       text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The latest row names the active version
CREATE TABLE port_policy_activation (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version integer     NOT NULL REFERENCES port_policy,
    author  text        NOT NULL,
    note    text        NOT NULL DEFAULT '',
    at      timestamptz NOT NULL DEFAULT now()
);

-- Deliveries -----------------------------------------------------------------------------------

CREATE TABLE batch (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id bigint      NOT NULL REFERENCES campaign ON DELETE CASCADE,
    platform    text        NOT NULL,
    state       batch_state NOT NULL DEFAULT 'queued',
    epoch       integer     NOT NULL DEFAULT 0,            -- rises with every claim; results of an older epoch are refused
    due_at      timestamptz NOT NULL,
    size        integer     NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('first', 'retry')),
    claimed_by  text,
    claimed_at  timestamptz
);
CREATE INDEX batch_open ON batch (campaign_id, platform, due_at) WHERE state <> 'done';

-- Narrow updates of unindexed columns in half-empty pages stay on their page (HOT) and leave no bloat
CREATE TABLE delivery (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id      bigint         NOT NULL REFERENCES campaign ON DELETE CASCADE,
    recipient_id     bigint         NOT NULL,
    batch_id         bigint,                               -- null when it ended in planning
    first_attempt_at timestamptz,
    not_before       timestamptz,
    ended_at         timestamptz,
    state            delivery_state NOT NULL DEFAULT 'planned',
    attempts         smallint       NOT NULL DEFAULT 0,
    address          text           NOT NULL,
    domain           text           NOT NULL,
    isp              text           NOT NULL,
    platform         text           NOT NULL,
    pinned_route     text,                                 -- set when the peer gave no answer after the dot: no other route
    category         text,                                 -- of the reply or reason that decided the state
    UNIQUE (campaign_id, recipient_id)
) WITH (fillfactor = 50);
CREATE INDEX delivery_batch ON delivery (batch_id);
CREATE INDEX delivery_address ON delivery (lower(address));

-- One SMTP transaction offered to a peer; append-only; a partition a day
CREATE TABLE attempt (
    at             timestamptz NOT NULL,
    delivery_id    bigint      NOT NULL,
    number         smallint    NOT NULL,
    campaign_id    bigint      NOT NULL,
    batch_id       bigint      NOT NULL,
    epoch          integer     NOT NULL,
    policy_version integer     NOT NULL,
    port           integer     NOT NULL,
    code           smallint,                               -- null when the peer did not answer
    open_millis    integer     NOT NULL,                   -- opening the session; 0 when it was open
    exchange_millis integer    NOT NULL,                   -- from MAIL to the last reply
    isp            text        NOT NULL,
    platform       text        NOT NULL,
    rule           text        NOT NULL,
    decision       text        NOT NULL,                   -- why this path, in words
    route          text        NOT NULL,
    tls            text        NOT NULL,                   -- none, starttls, implicit
    host           text        NOT NULL,
    peer           text        NOT NULL,
    phase          text        NOT NULL,
    outcome        text        NOT NULL,                   -- accepted, deferred, bounced, unknown
    enhanced       text,
    category       text,
    reply          text                                    -- cut to 500 characters
) PARTITION BY RANGE (at);
CREATE INDEX attempt_delivery ON attempt (delivery_id);
CREATE INDEX attempt_refused ON attempt (campaign_id) WHERE outcome <> 'accepted';
CREATE TABLE attempt_default PARTITION OF attempt DEFAULT;

-- A path that could not be opened; append-only; a partition a day
CREATE TABLE path_failure (
    at             timestamptz NOT NULL,
    campaign_id    bigint      NOT NULL,
    policy_version integer     NOT NULL,
    port           integer     NOT NULL,
    millis         integer     NOT NULL,                   -- from the start to the failure
    isp            text        NOT NULL,
    platform       text        NOT NULL,
    route          text        NOT NULL,
    tls            text        NOT NULL,
    host           text        NOT NULL,
    phase          text        NOT NULL,
    kind           text        NOT NULL,
    detail         text        NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX path_failure_campaign ON path_failure (campaign_id);
CREATE TABLE path_failure_default PARTITION OF path_failure DEFAULT;

-- Results a minute, written in the transaction that records them. Reports read these, not the attempts.
-- outcome: accepted, bounced, deferred, path-failure, expired, suppressed, cancelled;
-- route is '' and port 0 for what ended without a path
CREATE TABLE result_rollup (
    minute      timestamptz NOT NULL,
    campaign_id bigint      NOT NULL,
    isp         text        NOT NULL,
    platform    text        NOT NULL,
    route       text        NOT NULL,
    port        integer     NOT NULL,
    tls         text        NOT NULL,
    outcome     text        NOT NULL,
    category    text        NOT NULL,
    count       bigint      NOT NULL,
    PRIMARY KEY (campaign_id, minute, isp, platform, route, port, tls, outcome, category)
) WITH (fillfactor = 70);
CREATE INDEX result_rollup_minute ON result_rollup (minute);

-- Time from the first attempt to acceptance, counted in buckets (AcceptTime gives their bounds)
CREATE TABLE accept_time_rollup (
    minute      timestamptz NOT NULL,
    campaign_id bigint      NOT NULL,
    isp         text        NOT NULL,
    route       text        NOT NULL,
    port        integer     NOT NULL,
    bucket      smallint    NOT NULL,
    count       bigint      NOT NULL,
    PRIMARY KEY (campaign_id, minute, isp, route, port, bucket)
) WITH (fillfactor = 70);
CREATE INDEX accept_time_rollup_minute ON accept_time_rollup (minute);

-- Access ---------------------------------------------------------------------------------------

CREATE TABLE api_key (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text        NOT NULL UNIQUE,
    role         text        NOT NULL CHECK (role IN ('read', 'operate', 'admin')),
    hash         bytea       NOT NULL UNIQUE,              -- SHA-256 of a 256-bit random key
    created_at   timestamptz NOT NULL DEFAULT now(),
    revoked_at   timestamptz
);

CREATE TABLE idempotency_key (
    api_key_id   bigint      NOT NULL REFERENCES api_key ON DELETE CASCADE,
    key          text        NOT NULL,
    fingerprint  bytea       NOT NULL,                     -- SHA-256 of method, path and body
    status       integer,                                  -- null while the first call is being served
    location     text,
    body         text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (api_key_id, key)
);

-- Secrets of this installation that must survive a restart and be the same on all nodes: the key that signs
-- unsubscribe and return-path tokens
CREATE TABLE installation (
    id         boolean PRIMARY KEY DEFAULT true CHECK (id),
    token_key  bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
