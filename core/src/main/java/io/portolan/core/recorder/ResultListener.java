package io.portolan.core.recorder;

import io.portolan.core.delivery.PathFailure;
import java.util.List;

/** Hears of results once they are durable. Must be quick and must not throw. */
@FunctionalInterface
public interface ResultListener {
  void recorded(List<RecordedResult> applied, List<PathFailure> pathFailures);
}
