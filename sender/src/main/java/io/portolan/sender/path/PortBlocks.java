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

  void block(int port, PortEffect.Blocked effect) {
    PathCondition condition =
        new PathCondition(
            PathState.BLOCKED, effect.since(), effect.nextRound(), 1, 0, "", effect.words());
    blocks.put(port, new Block(condition, effect.evenIfOpen()));
  }

  void lift(int port) {
    blocks.remove(port);
  }

  /** A connection came about. */
  void connected(int port) {
    blocks.computeIfPresent(port, (_, block) -> block.evenIfOpen() ? block : null);
  }

  Optional<PathCondition> on(int port) {
    return Optional.ofNullable(blocks.get(port)).map(Block::condition);
  }

  void allowIpv6(int port, boolean allowed) {
    if (allowed) {
      withoutIpv6.remove(port);
    } else {
      withoutIpv6.add(port);
    }
  }

  boolean isIpv6Allowed(int port) {
    return !withoutIpv6.contains(port);
  }
}
