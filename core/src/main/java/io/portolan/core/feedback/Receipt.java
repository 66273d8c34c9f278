package io.portolan.core.feedback;

/** What the inbox made of feedback, for logs and counters. */
public sealed interface Receipt {

  /** It belongs to a delivery. */
  record Matched(long deliveryId) implements Receipt {}

  /** It belongs to no delivery that is known; kept, and nothing follows. */
  record Unmatched() implements Receipt {}

  /** Its key was taken before. */
  record Duplicate() implements Receipt {}

  /** Nothing follows from feedback of its kind. */
  record Ignored() implements Receipt {}
}
