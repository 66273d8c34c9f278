package io.portolan.core.suppression;

import io.portolan.core.address.Domain;

/** Which mail a suppression keeps back. */
public sealed interface SuppressionScope {
  /** All mail. */
  SuppressionScope EVERYTHING = new Everything();

  /** All mail. */
  record Everything() implements SuppressionScope {}

  /** Mail of one list. A list that was deleted and made anew is another one. */
  record OfList(long listId) implements SuppressionScope {}

  /** Mail whose From address is in a domain, or in one below it. */
  record OfSendingDomain(Domain domain) implements SuppressionScope {}
}
