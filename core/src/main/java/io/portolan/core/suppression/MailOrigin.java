package io.portolan.core.suppression;

import io.portolan.core.address.Domain;
import java.util.Optional;

/**
 * Where a message comes from, which decides what suppressions hold for it. Without a list and a
 * domain only those for all mail do.
 *
 * @param listId of the campaign's list; empty when it is deleted or there is none
 * @param sendingDomain the domain of the From address; empty when it is not known
 */
public record MailOrigin(Optional<Long> listId, Optional<Domain> sendingDomain) {
  /** Of no list and no domain. */
  public static final MailOrigin UNKNOWN = new MailOrigin(Optional.empty(), Optional.empty());
}
