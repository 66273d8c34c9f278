-- Written with each claim and read by nothing: who has a batch, and since which of its claims, say claimed_by and epoch.
ALTER TABLE batch DROP COLUMN claimed_at;
