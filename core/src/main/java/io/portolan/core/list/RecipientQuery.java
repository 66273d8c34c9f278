package io.portolan.core.list;

import java.util.Locale;
import java.util.Optional;

/**
 * Which recipients of a list to show, oldest first.
 *
 * @param contains a part of the address, whatever its case; empty for all
 * @param domain exactly this domain, in A-labels; empty for all
 * @param after go on after this id, as the last page said
 * @param limit how many, 1 to 1,000
 */
public record RecipientQuery(
    long listId, String contains, String domain, Optional<Long> after, int limit) {
  public RecipientQuery {
    contains = contains.toLowerCase(Locale.ROOT);
    if (limit < 1 || limit > 1_000) {
      throw new IllegalArgumentException("limit is not within 1..1000: " + limit);
    }
  }
}
