-- Deliveries in doubt: offered to a peer, and whether it took them is not known

-- What to do with them: send again (at most one copy more), or hold for a decision (no copy more)
ALTER TABLE campaign ADD COLUMN in_doubt text NOT NULL DEFAULT 'resend' CHECK (in_doubt IN ('resend', 'hold'));

-- Written before a delivery of a campaign that holds is offered, and taken back by its result. Says until when the
-- delivery lives; one that is claimed with it is in doubt
ALTER TABLE delivery ADD COLUMN offer_expires_at timestamptz;
ALTER TABLE delivery ADD COLUMN in_doubt_since timestamptz;

-- its condition names no column that others change often, so that their updates stay on their page
CREATE INDEX delivery_in_doubt ON delivery (campaign_id) WHERE in_doubt_since IS NOT NULL;

-- Deliveries in doubt wait in batches of their own, due when their lifetime ends
ALTER TABLE batch DROP CONSTRAINT batch_kind_check;
ALTER TABLE batch ADD CONSTRAINT batch_kind_check CHECK (kind IN ('first', 'retry', 'in-doubt'));
