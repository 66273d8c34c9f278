-- What the DNS says of the domains and addresses that mail is sent from, as the last check found it, and each change of it.

-- Which node checks, and when the next round is due; one row a network, made by the first round
CREATE TABLE dns_round (
    network    text PRIMARY KEY,
    next_round timestamptz NOT NULL,
    busy_until timestamptz NOT NULL,                       -- while a node checks; after it another may, if that one never came back
    node       text        NOT NULL
);

CREATE TABLE dns_finding (
    network    text        NOT NULL,
    subject    text        NOT NULL,                       -- a domain, a host name or an address
    check_name text        NOT NULL,
    status     text        NOT NULL CHECK (status IN ('ok', 'warning', 'error', 'unknown')),
    known      text        NOT NULL CHECK (known IN ('ok', 'warning', 'error', 'unknown')), -- the last status that was not unknown
    since      timestamptz NOT NULL,                       -- when the known status began
    checked_at timestamptz NOT NULL,
    seen       text        NOT NULL,
    meaning    text        NOT NULL,
    advice     text        NOT NULL,
    node       text        NOT NULL,
    PRIMARY KEY (network, subject, check_name)
);

-- Each change of a known status; append-only
CREATE TABLE dns_finding_change (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    network     text        NOT NULL,
    subject     text        NOT NULL,
    check_name  text        NOT NULL,
    from_status text        NOT NULL,                      -- 'unknown' for the first
    to_status   text        NOT NULL,
    seen        text        NOT NULL,
    meaning     text        NOT NULL,
    advice      text        NOT NULL,
    node        text        NOT NULL
);
CREATE INDEX dns_finding_change_subject ON dns_finding_change (subject, id);
CREATE INDEX dns_finding_change_at ON dns_finding_change (at);
