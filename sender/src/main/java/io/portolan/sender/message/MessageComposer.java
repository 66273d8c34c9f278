package io.portolan.sender.message;

import io.portolan.core.InvalidException;
import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.sender.message.Tokens.Purpose;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes campaigns' messages. Keeps the last hundred campaigns compiled.
 *
 * <p>Thread-safe; the monitor is held while a campaign is looked up, not while it is compiled.
 */
public final class MessageComposer {
  private static final int KEPT = 100;

  private final MessageSettings settings;
  private final Tokens tokens;
  private final DkimKeys keys;
  private final InstantSource clock;
  private final Map<Long, Compiled> compiled = new LinkedHashMap<>(16, 0.75f, true);

  private record Compiled(CampaignContent content, CampaignMessage message) {}

  /**
   * @param clock for the Date field
   */
  public MessageComposer(
      MessageSettings settings, Tokens tokens, DkimKeys keys, InstantSource clock) {
    this.settings = settings;
    this.tokens = tokens;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * The compiled message of a campaign, from an earlier call if its content is the same.
   *
   * @throws InvalidException with every problem of the content
   */
  public CampaignMessage campaign(long campaignId, CampaignContent content) {
    synchronized (compiled) {
      Compiled kept = compiled.get(campaignId);
      if (kept != null && kept.content().equals(content)) {
        return kept.message();
      }
    }
    CampaignMessage message = new CampaignMessage(this, campaignId, content);
    synchronized (compiled) {
      compiled.put(campaignId, new Compiled(content, message));
      if (compiled.size() > KEPT) {
        compiled.remove(compiled.keySet().iterator().next());
      }
    }
    return message;
  }

  MessageSettings settings() {
    return settings;
  }

  Tokens tokens() {
    return tokens;
  }

  InstantSource clock() {
    return clock;
  }

  /** Where a bounce of a delivery's message goes. */
  String returnPath(long deliveryId) {
    return MessageSettings.RETURN_PATH_PREFIX
        + tokens.sign(Purpose.RETURN_PATH, deliveryId)
        + "@"
        + settings.bounceDomain();
  }

  /** The message with a signature before it if the domain has a key. */
  byte[] signed(Domain from, byte[] message, Instant now) {
    return keys.signerOf(from).map(signer -> signer.sign(message, now)).orElse(message);
  }
}
