package io.portolan.core.list;

import java.time.Instant;

/**
 * A named set of recipients.
 *
 * @param name unique, one line
 * @param description for people; may be empty
 */
public record MailingList(long id, String name, String description, Instant createdAt) {}
