package io.portolan.core;

import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * A part of a longer list.
 *
 * @param next the id after which the next page goes on; empty on the last page
 */
public record Page<T>(List<T> items, Optional<Long> next) {
  public Page {
    items = List.copyOf(items);
  }

  /** A page of up to {@code limit} items, cut from a list that holds one more if there are more. */
  public static <T> Page<T> cut(List<T> items, int limit, ToLongFunction<T> id) {
    if (items.size() <= limit) {
      return new Page<>(items, Optional.empty());
    }
    List<T> kept = items.subList(0, limit);
    return new Page<>(kept, Optional.of(id.applyAsLong(kept.getLast())));
  }
}
