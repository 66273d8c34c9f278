-- Each index of recipients costs an import as much as a row itself does without any: two serve what four did. Building
-- them takes some seconds for a million recipients.

-- planning reads a list in order of id, and whoever asks for a recipient knows its list
ALTER TABLE recipient DROP CONSTRAINT recipient_pkey;
ALTER TABLE recipient ADD CONSTRAINT recipient_pkey PRIMARY KEY (list_id, id);
DROP INDEX recipient_list;

-- an address on one list, and on all of them
ALTER TABLE recipient DROP CONSTRAINT recipient_list_id_address_key_key;
ALTER TABLE recipient ADD CONSTRAINT recipient_address UNIQUE (address_key, list_id);
DROP INDEX recipient_key;
