package io.portolan.sender.message;

import io.portolan.core.InvalidException;
import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.sender.dkim.DkimKeys;
import io.portolan.sender.exchange.Envelope;
import io.portolan.sender.exchange.Lines;
import io.portolan.sender.message.Tokens.Purpose;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes campaigns' messages. Keeps the last hundred campaigns compiled, or as many as fit an eighth
 * of the heap.
 *
 * <p>Thread-safe.
 */
public final class MessageComposer {
  private static final int PART_OF_HEAP = 8;

  /** Of five hundred sessions, each with the message at hand and the next. */
  private static final int MESSAGES = 1_000;

  private final MessageSettings settings;
  private final Tokens tokens;
  private final DkimKeys keys;
  private final InstantSource clock;
  private final MessageRoom room;
  private final CompiledCampaigns compiled =
      new CompiledCampaigns(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);

  /**
   * With room for the messages of some hundred sessions.
   *
   * @param clock for the Date field
   */
  public MessageComposer(
      MessageSettings settings, Tokens tokens, DkimKeys keys, InstantSource clock) {
    this(settings, tokens, keys, clock, MessageRoom.ofHeap(MESSAGES));
  }

  /**
   * @param clock for the Date field
   * @param room for the messages that are made for sessions
   */
  public MessageComposer(
      MessageSettings settings,
      Tokens tokens,
      DkimKeys keys,
      InstantSource clock,
      MessageRoom room) {
    this.settings = settings;
    this.tokens = tokens;
    this.keys = keys;
    this.clock = clock;
    this.room = room;
  }

  /** For the messages that are in hand. */
  public MessageRoom room() {
    return room;
  }

  /**
   * The compiled message of a campaign, from an earlier call if its content is the same: to be
   * asked for once a batch, as equal contents are compared to their end.
   *
   * @throws InvalidException with every problem of the content
   */
  public CampaignMessage campaign(long campaignId, CampaignContent content) {
    Optional<CampaignMessage> kept = compiled.find(campaignId);
    // outside the monitor: they may be long
    if (kept.isPresent() && kept.get().isOf(content)) {
      return kept.get();
    }
    CampaignMessage message = new CampaignMessage(this, campaignId, content);
    compiled.keep(campaignId, message);
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

  /**
   * The envelope of a delivery's message. A bounce goes to its return path, and bears the same
   * token once more if the peer that makes it offers DSN.
   */
  Envelope envelope(long deliveryId, EmailAddress recipient) {
    String token = tokens.sign(Purpose.RETURN_PATH, deliveryId);
    return new Envelope(
        MessageSettings.RETURN_PATH_PREFIX + token + "@" + settings.bounceDomain(),
        recipient.forEnvelope(),
        token);
  }

  /**
   * What stands between the parts of a campaign's messages: the same on all nodes as long as the
   * content is, so that bodies do not vary by it, and foreseen by nobody without the key.
   */
  String boundary(long campaignId, CampaignContent content) {
    byte[] all = (campaignId + "\n" + content).getBytes(StandardCharsets.UTF_8);
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(all);
      return "=_" + tokens.sign(Purpose.BOUNDARY, ByteBuffer.wrap(hash).getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * A message's header as it is sent: the signatures, if the domain has a key, the fields that they
   * cover, and the empty line.
   *
   * @param fields complete
   */
  Lines header(Domain from, MessageBuffer fields, Supplier<String> bodyHash, Instant now) {
    String signatures =
        keys.signerOf(from)
            .map(signer -> signer.sign(fields.text(), bodyHash.get(), now))
            .orElse("");
    MessageBuffer all = new MessageBuffer(signatures.length() + fields.length() + 2);
    all.ascii(signatures).octets(fields, 0, fields.length()).crlf();
    return all.lines(0, all.length());
  }
}
