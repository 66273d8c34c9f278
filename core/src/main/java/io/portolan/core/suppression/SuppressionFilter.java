package io.portolan.core.suppression;

import io.portolan.core.address.Domain;
import java.util.Optional;

/**
 * Which suppressions a page shows; an empty filter shows all, expired ones too.
 *
 * @param containing a part of the address or domain, in any case
 * @param listId those of this list alone
 * @param sendingDomain those of this sending domain alone
 */
public record SuppressionFilter(
    Optional<SuppressionTarget.Kind> kind,
    Optional<SuppressionReason> reason,
    Optional<String> containing,
    Optional<Long> listId,
    Optional<Domain> sendingDomain) {
  public static final SuppressionFilter ALL =
      new SuppressionFilter(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
