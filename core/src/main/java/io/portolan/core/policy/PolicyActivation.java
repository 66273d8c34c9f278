package io.portolan.core.policy;

import java.time.Instant;

/**
 * One entry of the history of which version was in force; the latest one is.
 *
 * @param id rises with every activation
 * @param author who activated it
 * @param note why, in the author's words; may be empty
 */
public record PolicyActivation(long id, int version, String author, String note, Instant at) {}
