-- How the paths stand and how they came to: what every node of one network knows, so that a port that one finds blocked costs
-- the others nothing, and one of them alone looks whether it is free again.

-- The latest of each path. target: the platform (or other/ and a domain) whose mail hosts direct leads to; '' for a relay and
-- for direct's port as a whole. network: the nodes that leave by the same way out.
CREATE TABLE path_health (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network    text        NOT NULL,
    source     text        NOT NULL DEFAULT '',            -- the local address; '' for the host's own choice
    route      text        NOT NULL,
    target     text        NOT NULL,
    port       integer     NOT NULL,
    tls        text        NOT NULL,
    state      text        NOT NULL CHECK (state IN ('unknown', 'open', 'suspect', 'blocked', 'half-open')),
    since      timestamptz NOT NULL,                       -- when it became open, or when the trouble began
    until      timestamptz NOT NULL,                       -- open: end of the ramp; suspect, blocked: next look; half-open: its end
    strikes    integer     NOT NULL,                       -- failures in a row that counted
    good_looks integer     NOT NULL,                       -- in a row, while half-open
    host       text        NOT NULL,                       -- dialled last, and looked at to see whether it is free again
    evidence   text        NOT NULL,                       -- the last failure in words
    node       text        NOT NULL,                       -- that says so
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (network, source, route, target, port, tls)
);
CREATE INDEX path_health_changed ON path_health (network, changed_at);

-- Every change of a path's state, with what it rests on; append-only
CREATE TABLE path_transition (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    network    text        NOT NULL,
    source     text        NOT NULL DEFAULT '',
    route      text        NOT NULL,
    target     text        NOT NULL,
    port       integer     NOT NULL,
    tls        text        NOT NULL,
    from_state text        NOT NULL,
    to_state   text        NOT NULL,
    cause      text        NOT NULL CHECK (cause IN ('mail', 'look', 'verdict')), -- who found out: mail on its way, a look, a round
    host       text        NOT NULL,
    evidence   text        NOT NULL,
    node       text        NOT NULL
);
CREATE INDEX path_transition_path ON path_transition (route, port, at);
CREATE INDEX path_transition_at ON path_transition (at);

-- What rounds of looks at control hosts say of a port, by network and IP family; a verdict needs two rounds that agree
CREATE TABLE port_verdict (
    network    text        NOT NULL,
    port       integer     NOT NULL,
    verdict    text        NOT NULL,                       -- agreed by two rounds; 'unknown' until then
    since      timestamptz NOT NULL,
    words      text        NOT NULL,
    latest     text        NOT NULL,                       -- of the last round alone
    rounds     integer     NOT NULL,                       -- in a row that said the latest
    looked_at  timestamptz NOT NULL,
    next_look  timestamptz NOT NULL,
    looks      jsonb       NOT NULL DEFAULT '[]',          -- what the last round saw: operator, host, port, family, outcome
    node       text        NOT NULL,
    PRIMARY KEY (network, port)
);

-- Each change of a verdict, with the looks that it rests on; append-only
CREATE TABLE port_verdict_change (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    network    text        NOT NULL,
    port       integer     NOT NULL,
    from_verdict text      NOT NULL,
    to_verdict text        NOT NULL,
    words      text        NOT NULL,
    evidence   jsonb       NOT NULL,
    node       text        NOT NULL
);
CREATE INDEX port_verdict_change_port ON port_verdict_change (port, at);
