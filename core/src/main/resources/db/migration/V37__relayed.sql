-- The relay that took a message, until an event says what became of it: null for what went direct, is confirmed, or bounced.
-- In no index, so that updates stay on their page; the state stays accepted
ALTER TABLE delivery ADD COLUMN relayed_by text;

-- What was sent before, by the last attempt that was accepted
UPDATE delivery d
   SET relayed_by = a.route
  FROM (SELECT DISTINCT ON (delivery_id) delivery_id, route
          FROM attempt
         WHERE outcome = 'accepted'
           AND delivery_id IN (SELECT delivery_id FROM attempt WHERE outcome = 'accepted' AND route <> 'direct')
         ORDER BY delivery_id, at DESC) AS a
 WHERE a.delivery_id = d.id AND a.route <> 'direct' AND d.state = 'accepted'
   AND NOT EXISTS (SELECT FROM feedback f
                    WHERE f.delivery_id = d.id AND f.kind = 'delivered' AND 'counted' = ANY (string_to_array(f.effects, ' ')));
