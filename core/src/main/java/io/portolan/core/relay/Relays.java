package io.portolan.core.relay;

import io.portolan.core.policy.Routes;
import java.util.Optional;

/** The relays known at this moment. Thread-safe. */
@FunctionalInterface
public interface Relays extends Routes {
  @Override
  Optional<Relay> find(String name);
}
