-- Mailboxes that are polled for mail that came back: how far each was read, and how it went last. Nothing of it is
-- needed for a mail to count once; that is the inbox's business.
CREATE TABLE mailbox (
    name         text PRIMARY KEY,
    -- RFC 3501 section 2.3.1.1; both 0 for a mailbox that is emptied as it is read
    uid_validity bigint      NOT NULL DEFAULT 0,
    last_uid     bigint      NOT NULL DEFAULT 0,
    taken        bigint      NOT NULL DEFAULT 0,
    node         text        NOT NULL DEFAULT '',
    polled_at    timestamptz,
    succeeded_at timestamptz,
    -- in a row
    failures     integer     NOT NULL DEFAULT 0,
    trouble      text        NOT NULL DEFAULT ''
);
