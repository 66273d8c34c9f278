-- An ISP that was held counts for itself and no more for its campaign: on all nodes, after a crash too, and from the very group of
-- results that raised its alarm.
ALTER TABLE guard_test ADD COLUMN apart boolean NOT NULL DEFAULT false;
UPDATE guard_test t SET apart = true
 WHERE t.isp <> ''
   AND EXISTS (SELECT FROM campaign_hold h
                WHERE h.campaign_id = t.campaign_id AND h.isp = t.isp AND h.guard = t.guard);
