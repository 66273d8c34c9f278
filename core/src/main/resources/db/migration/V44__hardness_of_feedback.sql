-- What a bounce means for its recipient, kept for when the acceptance of its delivery is recorded after it: category and reply
-- class alone do not say. Rows that wait get what these do tell
ALTER TABLE feedback ADD COLUMN hardness text;             -- hard, soft, neither; null where it does not say why
UPDATE feedback SET hardness = 'soft'
 WHERE pending AND (category IN ('mailbox-full', 'recipient-refused')
                    OR category IN ('bad-mailbox', 'bad-domain', 'mailbox-inactive') AND (reply_code / 100 = 4 OR status LIKE '4%'));
