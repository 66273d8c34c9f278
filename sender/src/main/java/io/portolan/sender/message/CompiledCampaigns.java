package io.portolan.sender.message;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Campaigns' compiled messages, kept as long as there is room for them, those of the campaigns last
 * asked for; and beyond that while a batch uses them, so that none is compiled twice at once.
 *
 * <p>Thread-safe; nothing blocks within.
 */
final class CompiledCampaigns {
  private static final int MOST = 100;

  private final long mostOctets;
  private final Map<Long, CampaignMessage> kept = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Long, WeakReference<CampaignMessage>> used = new HashMap<>();

  /**
   * @param mostOctets to be kept; the last one is, whatever its size
   */
  CompiledCampaigns(long mostOctets) {
    this.mostOctets = mostOctets;
  }

  synchronized Optional<CampaignMessage> find(long campaignId) {
    CampaignMessage message = kept.get(campaignId);
    if (message != null) {
      return Optional.of(message);
    }
    return Optional.ofNullable(used.get(campaignId)).map(WeakReference::get);
  }

  synchronized void keep(long campaignId, CampaignMessage message) {
    kept.put(campaignId, message);
    long octets = kept.values().stream().mapToLong(CampaignMessage::octets).sum();
    while (kept.size() > 1 && (kept.size() > MOST || octets > mostOctets)) {
      Map.Entry<Long, CampaignMessage> eldest = kept.entrySet().iterator().next();
      kept.remove(eldest.getKey());
      octets -= eldest.getValue().octets();
      used.put(eldest.getKey(), new WeakReference<>(eldest.getValue()));
    }
    used.values().removeIf(each -> each.refersTo(null));
  }

  /** Which are kept whether they are used or not, the one last asked for at the end. */
  synchronized List<Long> kept() {
    return List.copyOf(kept.keySet());
  }
}
