-- Feedback that came while its delivery was still open: the peer took the message, and that was not recorded yet. What is to
-- follow does so once the delivery is accepted
ALTER TABLE feedback ADD COLUMN pending boolean NOT NULL DEFAULT false;
CREATE INDEX feedback_pending ON feedback (id) WHERE pending;
