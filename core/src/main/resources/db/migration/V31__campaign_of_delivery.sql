-- A delivery's campaign was looked up for every delivery that was planned. Planning writes to the campaign's row in the same
-- transaction, so that it is there; and with a campaign its deliveries go
ALTER TABLE delivery DROP CONSTRAINT delivery_campaign_id_fkey;

CREATE FUNCTION delete_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM delivery d USING removed WHERE d.campaign_id = removed.id;
    RETURN NULL;
END $$;
CREATE TRIGGER campaign_deliveries AFTER DELETE ON campaign
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION delete_deliveries();
