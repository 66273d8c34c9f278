package io.portolan.core.path;

import io.portolan.core.policy.PolicyPath.Cap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * So many of something in a span of time, over all nodes together. A node takes a block at a time
 * from the database, so that a message costs no statement; what is left of a block when its span
 * ends is lost, so that rather too few go than too many.
 *
 * <p>Thread-safe; blocks for one short statement at each block, and once when a cap is reached.
 */
public final class Allowances {
  private static final int LARGEST_BLOCK = 100;

  /** A block is so small a part of the cap that nodes which come late get some too. */
  private static final int BLOCKS = 20;

  private static final int MOST_KNOWN = 10_000;
  private static final Duration KEPT = Duration.ofDays(2);

  private final Blocks blocks;
  private final InstantSource clock;
  private final Map<Key, Block> known = new ConcurrentHashMap<>();
  private volatile Instant expireAt = Instant.MIN;

  public Allowances(Blocks blocks, InstantSource clock) {
    this.blocks = blocks;
    this.clock = clock;
  }

  /** Where the nodes take their blocks from. */
  public interface Blocks {
    /**
     * Takes a block, smaller than {@code most} where less is left.
     *
     * @param begins of the span
     * @return how many were taken; 0 when the cap is reached
     */
    int take(String name, Cap cap, Instant begins, int most);

    /** How many all nodes took in a span. */
    int taken(String name, Cap cap, Instant begins);

    /** Forgets what began before {@code oldest}. */
    void expire(Instant oldest);
  }

  /**
   * One that was taken.
   *
   * @param begins of the span of which it is
   */
  public record Taken(String name, Cap cap, Instant begins) {}

  private record Key(String name, Cap cap) {}

  /** What this node has left of a span. Guarded by its own monitor. */
  private static final class Block {
    private Instant begins = Instant.MIN;
    private int left;
    private boolean isReached;
  }

  /** Until when a cap is reached; empty while something is left, which is not taken yet. */
  public Optional<Instant> reachedUntil(String name, Cap cap) {
    Block block = block(name, cap);
    synchronized (block) {
      Instant begins = filled(block, name, cap);
      return block.left > 0 ? Optional.empty() : Optional.of(begins.plus(cap.span().length()));
    }
  }

  /**
   * Takes one.
   *
   * @return empty when the cap is reached
   */
  public Optional<Taken> take(String name, Cap cap) {
    Block block = block(name, cap);
    synchronized (block) {
      Instant begins = filled(block, name, cap);
      if (block.left == 0) {
        return Optional.empty();
      }
      block.left--;
      return Optional.of(new Taken(name, cap, begins));
    }
  }

  /** Gives back one that is not used; of a span that is over it is lost. */
  public void giveBack(Taken taken) {
    Block block = block(taken.name(), taken.cap());
    synchronized (block) {
      if (taken.begins().equals(block.begins)) {
        block.left++;
      }
    }
  }

  /** As {@link #reachedUntil} for people to see: what nodes hold in their blocks counts as gone. */
  public Optional<Instant> look(String name, Cap cap) {
    Instant begins = begin(cap);
    return blocks.taken(name, cap, begins) < cap.messages()
        ? Optional.empty()
        : Optional.of(begins.plus(cap.span().length()));
  }

  private Block block(String name, Cap cap) {
    if (known.size() > MOST_KNOWN) {
      known.clear();
    }
    return known.computeIfAbsent(new Key(name, cap), _ -> new Block());
  }

  /** Makes sure that a block is of the present span and not empty, if there is anything to have. */
  private Instant filled(Block block, String name, Cap cap) {
    Instant begins = begin(cap);
    if (!begins.equals(block.begins)) {
      block.begins = begins;
      block.left = 0;
      block.isReached = false;
      expire();
    }
    if (block.left == 0 && !block.isReached) {
      int most = Math.clamp(cap.messages() / BLOCKS, 1, LARGEST_BLOCK);
      block.left = blocks.take(name, cap, begins, most);
      block.isReached = block.left == 0;
    }
    return begins;
  }

  private void expire() {
    Instant now = clock.instant();
    if (!now.isBefore(expireAt)) {
      expireAt = now.plus(KEPT);
      blocks.expire(now.minus(KEPT));
    }
  }

  private Instant begin(Cap cap) {
    long length = cap.span().length().toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(clock.instant().getEpochSecond(), length) * length);
  }
}
