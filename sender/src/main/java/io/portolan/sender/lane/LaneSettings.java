package io.portolan.sender.lane;

import java.time.Duration;

/**
 * How lanes use this node.
 *
 * @param heloName the name given in EHLO; should resolve to this host's address and back (RFC 5321
 *     4.1.1.1)
 * @param sessionsPerNode open sessions on this node, over all lanes
 * @param placesPerPlatform batches of one platform that are loaded at once; of {@code other} many
 *     times as many
 * @param idleLinger how long a session waits for the next message before it is closed
 * @param refusalsInARow refusals of us without a single acceptance after which a lane, or a relay,
 *     is held for a while, instead of burning recipients against a closed door
 * @param node by which limits of each node are told apart
 */
public record LaneSettings(
    String heloName,
    int sessionsPerNode,
    int placesPerPlatform,
    Duration idleLinger,
    int refusalsInARow,
    String node) {
  public LaneSettings {
    if (sessionsPerNode < 1 || placesPerPlatform < 1 || refusalsInARow < 1) {
      throw new IllegalArgumentException("lane settings must be at least 1");
    }
  }
}
