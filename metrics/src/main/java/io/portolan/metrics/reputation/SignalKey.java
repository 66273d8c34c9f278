package io.portolan.metrics.reputation;

import io.portolan.core.policy.Path;

/**
 * Whose reputation it is, and with whom.
 *
 * @param isp who judges
 * @param platform whose mail hosts and limits it uses
 * @param route direct or the name of a relay
 * @param source the local address of direct mail; empty for the host's own choice, and by a relay
 * @param domain the sending domain; empty where the campaign is gone
 */
public record SignalKey(String isp, String platform, String route, String source, String domain) {

  /** Whether a relay stands between this host and the ISP. */
  public boolean isByRelay() {
    return !route.equals(Path.DIRECT);
  }

  /** How the mail left, in words. */
  public String sender() {
    if (isByRelay()) {
      return "through " + route;
    }
    return source.isEmpty() ? route : "direct from " + source;
  }
}
