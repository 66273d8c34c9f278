package io.portolan.core.policy;

import java.util.Optional;

/** The routes, beside direct, that a path may name at this moment. Thread-safe. */
@FunctionalInterface
public interface Routes {
  Optional<? extends Route> find(String name);
}
