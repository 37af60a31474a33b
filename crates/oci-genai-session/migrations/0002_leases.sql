-- How long a lease was taken or renewed for, in milliseconds (0: an older version did not say), how often it was taken or
-- renewed, whether its last holder was passed over (1), and who waits for it (JSON; NULL: nobody).
ALTER TABLE sessions ADD COLUMN lease_ttl BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN lease_renewals BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN lease_interrupted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN lease_queue TEXT;
