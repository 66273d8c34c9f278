package io.portolan.core.policy;

import java.util.SequencedMap;

/** A relay as the policy sees it: a named route with the ports that it offers. */
public interface Route {
  String name();

  boolean needsLogin();

  /** The TLS mode of each port that it offers, in the order of its definition. */
  SequencedMap<Integer, TlsMode> tlsByPort();
}
