package io.portolan.core.delivery;

import java.util.List;

/** Hears of results once they are durable. Must be quick and must not throw. */
@FunctionalInterface
public interface ResultListener {
  void recorded(List<RecordedResult> applied, List<PathFailure> pathFailures);
}
