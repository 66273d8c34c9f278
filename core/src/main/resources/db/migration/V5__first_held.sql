-- When a delivery's turn first came and no attempt could be made: its lifetime counts from then until there is one
ALTER TABLE delivery ADD COLUMN first_held_at timestamptz;
