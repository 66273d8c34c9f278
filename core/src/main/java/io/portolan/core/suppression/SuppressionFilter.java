package io.portolan.core.suppression;

import java.util.Optional;

/**
 * Which suppressions a page shows; an empty filter shows all.
 *
 * @param containing a part of the address or domain, in any case
 */
public record SuppressionFilter(
    Optional<SuppressionTarget.Kind> kind,
    Optional<SuppressionReason> reason,
    Optional<String> containing) {
  public static final SuppressionFilter ALL =
      new SuppressionFilter(Optional.empty(), Optional.empty(), Optional.empty());
}
