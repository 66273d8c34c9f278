package io.portolan.core.batch;

import io.portolan.core.campaign.CampaignContent;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The contents of campaigns whose batches are in hand, so that all batches of one have the same and
 * memory has it once. Forgets what no batch has any more.
 *
 * <p>Thread-safe; nothing blocks within.
 */
final class SharedContents {
  private final Map<Long, WeakReference<CampaignContent>> known = new HashMap<>();

  /** The content that other batches of the campaign have, if it is the same as that just read. */
  CampaignContent shared(long campaignId, CampaignContent read) {
    Optional<CampaignContent> other = find(campaignId);
    // outside the monitor: they may be long
    if (other.isPresent() && other.get().equals(read)) {
      return other.get();
    }
    put(campaignId, read);
    return read;
  }

  private synchronized Optional<CampaignContent> find(long campaignId) {
    return Optional.ofNullable(known.get(campaignId)).map(WeakReference::get);
  }

  private synchronized void put(long campaignId, CampaignContent content) {
    known.values().removeIf(each -> each.refersTo(null));
    known.put(campaignId, new WeakReference<>(content));
  }
}
