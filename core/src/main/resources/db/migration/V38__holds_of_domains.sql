-- Where complaints held all mail of a sending domain, and whether people were told of a hold: once, whichever node finds it.
ALTER TABLE campaign_hold
    ADD COLUMN sending_domain text        NOT NULL DEFAULT '',  -- of which all mail was held; '' where the campaign was held for itself
    ADD COLUMN told_at        timestamptz          DEFAULT now();
-- what was held before is no news
ALTER TABLE campaign_hold ALTER COLUMN told_at DROP DEFAULT;
-- a reason says whether it was about all mail of the domain or "this mail" alone
UPDATE campaign_hold h SET sending_domain = c.sending_domain
  FROM campaign c
 WHERE c.id = h.campaign_id AND h.guard = 'complaint' AND h.released_at IS NULL
   AND h.reason LIKE 'complaints about %' AND h.reason NOT LIKE 'complaints about this mail of %';
CREATE INDEX campaign_hold_untold ON campaign_hold (id) WHERE told_at IS NULL AND released_at IS NULL;
CREATE INDEX campaign_hold_domain ON campaign_hold (sending_domain, held_at) WHERE sending_domain <> '';
