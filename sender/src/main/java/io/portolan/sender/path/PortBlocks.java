package io.portolan.sender.path;

import io.portolan.core.path.PathState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What verdicts on whole ports forbid to direct mail, beside what its own openings say.
 *
 * <p>Not thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class PortBlocks {
  private record Block(PathCondition condition, boolean evenIfOpen) {}

  private final Map<Integer, Block> blocks = new HashMap<>();
  private final Set<Integer> withoutIpv6 = new HashSet<>();

  /**
   * Takes a verdict over.
   *
   * @param isOpen whether direct's own connections come about on the port
   */
  void judged(int port, PortEffect effect, boolean isOpen) {
    if (effect instanceof PortEffect.Ipv4Only) {
      withoutIpv6.add(port);
    } else {
      withoutIpv6.remove(port);
    }
    if (effect instanceof PortEffect.Blocked blocked && (blocked.evenIfOpen() || !isOpen)) {
      PathCondition condition =
          new PathCondition(
              PathState.BLOCKED, blocked.since(), blocked.nextRound(), 1, 0, "", blocked.words());
      blocks.put(port, new Block(condition, blocked.evenIfOpen()));
    } else {
      blocks.remove(port);
    }
  }

  /** A connection came about. */
  void connected(int port) {
    blocks.computeIfPresent(port, (_, block) -> block.evenIfOpen() ? block : null);
  }

  /**
   * What is forbidden on a port.
   *
   * @param isDefaultSource whether it is dialled from the address that rounds of looks leave from,
   *     which say of others only that somebody else answers
   */
  Optional<PathCondition> on(int port, boolean isDefaultSource) {
    return Optional.ofNullable(blocks.get(port))
        .filter(block -> isDefaultSource || block.evenIfOpen())
        .map(Block::condition);
  }

  /** Whether somebody else answers in the place of mail hosts. */
  boolean isIntercepted(int port) {
    Block block = blocks.get(port);
    return block != null && block.evenIfOpen();
  }

  boolean isIpv6Allowed(int port) {
    return !withoutIpv6.contains(port);
  }
}
