-- Feedback that came while its delivery was still open: the peer took the message, and that was not recorded yet. What is to
-- follow does so once the delivery is accepted
ALTER TABLE feedback ADD COLUMN pending boolean NOT NULL DEFAULT false;
CREATE INDEX feedback_pending ON feedback (id) WHERE pending;

-- What proved a call that brought nothing to keep: nobody who overheard it can use it for something else
CREATE TABLE spent_key (
    key bytea PRIMARY KEY,                                 -- as that of feedback
    at  timestamptz NOT NULL
);
CREATE INDEX spent_key_at ON spent_key (at);
