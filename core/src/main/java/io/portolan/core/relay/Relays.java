package io.portolan.core.relay;

import java.util.Optional;

/** The relays known at this moment. Thread-safe. */
@FunctionalInterface
public interface Relays {
  Optional<Relay> find(String name);
}
