package io.portolan.sender.smtp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The hosts that claim PIPELINING and break it. Forgets a host after a day, and the eldest one when
 * there are more than {@value #MAX_HOSTS}. Thread-safe; nothing blocks within.
 */
final class PipeliningMemory {
  private static final int MAX_HOSTS = 1_000;
  private static final long KEPT_NANOS = Duration.ofDays(1).toNanos();

  private final Map<String, Long> brokenSince =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_HOSTS;
        }
      };

  synchronized void remember(String host, long nowNanos) {
    brokenSince.remove(host);
    brokenSince.put(host, nowNanos);
  }

  synchronized boolean isBroken(String host, long nowNanos) {
    Long since = brokenSince.get(host);
    if (since == null) {
      return false;
    }
    if (nowNanos - since > KEPT_NANOS) {
      brokenSince.remove(host);
      return false;
    }
    return true;
  }
}
