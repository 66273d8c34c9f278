package io.portolan.core.batch;

import io.portolan.core.delivery.DeliveryState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the recipients of a chunk come into batches: those of a platform in the order of their
 * domains, so that a batch has few; first into the platform's open batch, then into new ones.
 * Immutable.
 */
final class ChunkPlan {
  private static final Comparator<Recipient> BY_DOMAIN =
      Comparator.comparing(Recipient::domain).thenComparingLong(Recipient::id);

  private final List<Portion> portions;
  private final List<Recipient> ended;

  private ChunkPlan(List<Portion> portions, List<Recipient> ended) {
    this.portions = List.copyOf(portions);
    this.ended = List.copyOf(ended);
  }

  /**
   * A recipient as planning finds it.
   *
   * @param key its address's key, where that is not the address in lower case
   * @param reason why it is suppressed
   */
  record Recipient(
      long id,
      String address,
      Optional<String> key,
      String domain,
      String isp,
      String platform,
      DeliveryState state,
      Optional<String> reason) {}

  /** A batch of a platform that nobody has claimed and that takes more. */
  record Open(long id, int size) {}

  /**
   * What a batch gets.
   *
   * @param open the batch's id, if it exists
   */
  record Portion(String platform, Optional<Long> open, List<Recipient> recipients) {}

  /**
   * @param open batches by platform
   */
  static ChunkPlan of(List<Recipient> recipients, Map<String, Open> open) {
    List<Recipient> ended = new ArrayList<>();
    Map<String, List<Recipient>> platforms = new TreeMap<>();
    for (Recipient recipient : recipients) {
      if (recipient.state() == DeliveryState.PLANNED) {
        platforms.computeIfAbsent(recipient.platform(), _ -> new ArrayList<>()).add(recipient);
      } else {
        ended.add(recipient);
      }
    }
    List<Portion> portions = new ArrayList<>();
    platforms.forEach(
        (platform, all) -> {
          all.sort(BY_DOMAIN);
          cut(platform, all, Optional.ofNullable(open.get(platform)), portions);
        });
    return new ChunkPlan(portions, ended);
  }

  private static void cut(
      String platform, List<Recipient> all, Optional<Open> open, List<Portion> portions) {
    int joining =
        open.map(batch -> Math.min(all.size(), PlanStore.BATCH_SIZE - batch.size())).orElse(0);
    if (joining > 0) {
      portions.add(new Portion(platform, open.map(Open::id), all.subList(0, joining)));
    }
    for (int from = joining; from < all.size(); from += PlanStore.BATCH_SIZE) {
      int to = Math.min(all.size(), from + PlanStore.BATCH_SIZE);
      portions.add(new Portion(platform, Optional.empty(), all.subList(from, to)));
    }
  }

  /** What batches get, open ones and new ones. */
  List<Portion> portions() {
    return portions;
  }

  /** Who is in no batch, because they end at once. */
  List<Recipient> ended() {
    return ended;
  }

  /** How many batches are new. */
  int made() {
    return (int) portions.stream().filter(portion -> portion.open().isEmpty()).count();
  }
}
